#include "runtime/kernels/benchmarking.h"

namespace solder {
namespace {

[[maybe_unused]] const bool kRegistered = [] {
  testing::Random random(1);
  for (const int32_t depth : {2, 10, 12, 1000}) {
    const std::string layer = std::to_string(depth);
    // Inputs in sixteenths.
    const SoftmaxS8Params s8 = {.rows = 1,
                                .depth = depth,
                                .input_multiplier = 1 << 30,
                                .input_shift = 23,
                                .diff_min = -248};
    testing::register_benchmark<int8_t>(KernelId::softmax_s8, "softmax_s8", layer, s8, depth, depth,
                                        "elements/s", random.tensor<int8_t>(depth));
    testing::register_benchmark<float>(KernelId::softmax_f32, "softmax_f32", layer,
                                       SoftmaxF32Params{1, depth, 1}, depth, depth, "elements/s",
                                       random.tensor<float>(depth));
  }
  return true;
}();

}  // namespace
}  // namespace solder
