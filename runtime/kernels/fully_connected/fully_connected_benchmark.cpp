#include "runtime/kernels/benchmarking.h"

namespace solder {
namespace {

struct Layer {
  const char* name;
  int32_t input_depth, output_depth;
};
constexpr Layer kLayers[] = {
    {"mnist_4", 576, 64}, {"mnist_5", 64, 10}, {"anomaly_1", 640, 128}, {"anomaly_5", 128, 8}};

[[maybe_unused]] const bool kRegistered = [] {
  testing::Random random(1);
  for (const Layer& l : kLayers) {
    const double products = double{1} * l.input_depth * l.output_depth;
    testing::register_benchmark<float>(
        KernelId::fully_connected_f32, "fully_connected_f32", l.name,
        FullyConnectedF32Params{1, l.input_depth, l.output_depth, 0, 6}, l.output_depth, products,
        "MAC/s", random.tensor<float>(l.input_depth),
        random.tensor<float>(l.input_depth * l.output_depth), random.tensor<float>(l.output_depth));
    testing::register_benchmark<int8_t>(
        KernelId::fully_connected_s8, "fully_connected_s8", l.name,
        FullyConnectedS8Params{.batches = 1,
                               .input_depth = l.input_depth,
                               .output_depth = l.output_depth,
                               .input_offset = 5,
                               .filter_offset = 0,
                               .output_offset = -3,
                               .activation_min = -128,
                               .activation_max = 127,
                               .per_channel = 0},
        l.output_depth, products, "MAC/s", random.tensor<int8_t>(l.input_depth),
        random.tensor<int8_t>(l.input_depth * l.output_depth),
        random.tensor<int32_t>(l.output_depth), random.requantizations(1, l.input_depth));
  }
  return true;
}();

}  // namespace
}  // namespace solder
