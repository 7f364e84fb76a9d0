#include "runtime/kernels/benchmarking.h"

namespace solder {
namespace {

// Windows that do not overlap and leave out what does not fill one.
struct Layer {
  const char* name;
  int32_t height, width, channels, window;
};
constexpr Layer kLayers[] = {{"mnist_1", 26, 26, 32, 2},
                             {"mnist_2", 11, 11, 64, 2},
                             {"images_global", 8, 8, 64, 8},
                             {"person_global", 3, 3, 256, 3}};

[[maybe_unused]] const bool kRegistered = [] {
  testing::Random random(1);
  for (const Layer& l : kLayers) {
    const Pool2DGeometry g = {.batches = 1,
                              .input_height = l.height,
                              .input_width = l.width,
                              .channels = l.channels,
                              .filter_height = l.window,
                              .filter_width = l.window,
                              .output_height = l.height / l.window,
                              .output_width = l.width / l.window,
                              .stride_height = l.window,
                              .stride_width = l.window,
                              .pad_top = 0,
                              .pad_left = 0};
    const int32_t inputs = l.height * l.width * l.channels;
    const int32_t outputs = g.output_height * g.output_width * l.channels;
    const double elements = double{1} * outputs * l.window * l.window;
    const auto input_s8 = random.tensor<int8_t>(inputs);
    const auto input_f32 = random.tensor<float>(inputs);
    const Pool2DIntegerParams s8 = {g, -128, 127};
    const Pool2DF32Params f32 = {g, 0, 6};
    testing::register_benchmark<int8_t>(KernelId::max_pool_2d_s8, "max_pool_2d_s8", l.name, s8,
                                        outputs, elements, "elements/s", input_s8);
    testing::register_benchmark<float>(KernelId::max_pool_2d_f32, "max_pool_2d_f32", l.name, f32,
                                       outputs, elements, "elements/s", input_f32);
    testing::register_benchmark<int8_t>(KernelId::average_pool_2d_s8, "average_pool_2d_s8", l.name,
                                        s8, outputs, elements, "elements/s", input_s8);
    testing::register_benchmark<float>(KernelId::average_pool_2d_f32, "average_pool_2d_f32", l.name,
                                       f32, outputs, elements, "elements/s", input_f32);
  }
  return true;
}();

}  // namespace
}  // namespace solder
