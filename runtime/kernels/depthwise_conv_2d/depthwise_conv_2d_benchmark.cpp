#include "runtime/kernels/benchmarking.h"

namespace solder {
namespace {

// 3x3 layers of the sample models, padded by one on every side where `same`.
struct Layer {
  const char* name;
  int32_t height, width, channels, multiplier, stride;
  bool same;
};
constexpr Layer kLayers[] = {
    {"keywords", 25, 5, 64, 1, 1, true},
    {"person_8", 48, 48, 8, 1, 1, true},
    {"person_16_stride_2", 48, 48, 16, 1, 2, true},
    {"person_256", 3, 3, 256, 1, 1, true},
    {"one_to_32", 28, 28, 1, 32, 1, false},
};

[[maybe_unused]] const bool kRegistered = [] {
  testing::Random random(1);
  for (const Layer& l : kLayers) {
    const int32_t padding = l.same ? 1 : 0;
    const Conv2DGeometry g = {.batches = 1,
                              .input_height = l.height,
                              .input_width = l.width,
                              .input_channels = l.channels,
                              .filter_height = 3,
                              .filter_width = 3,
                              .filter_channels = 1,
                              .output_height = (l.height + 2 * padding - 3) / l.stride + 1,
                              .output_width = (l.width + 2 * padding - 3) / l.stride + 1,
                              .output_channels = l.channels * l.multiplier,
                              .stride_height = l.stride,
                              .stride_width = l.stride,
                              .dilation_height = 1,
                              .dilation_width = 1,
                              .pad_top = padding,
                              .pad_left = padding};
    const int32_t inputs = l.height * l.width * l.channels;
    const int32_t channels = l.channels * l.multiplier;
    const int32_t outputs = g.output_height * g.output_width * channels;
    const double products = 9.0 * outputs;
    testing::register_benchmark<float>(
        KernelId::depthwise_conv_2d_f32, "depthwise_conv_2d_f32", l.name, Conv2DF32Params{g, 0, 6},
        outputs, products, "MAC/s", random.tensor<float>(inputs),
        random.tensor<float>(9 * channels), random.tensor<float>(channels));
    testing::register_benchmark<int8_t>(
        KernelId::depthwise_conv_2d_s8, "depthwise_conv_2d_s8", l.name,
        Conv2DS8Params{g, 5, -3, -128, 127}, outputs, products, "MAC/s",
        random.tensor<int8_t>(inputs), random.tensor<int8_t>(9 * channels),
        random.tensor<int32_t>(channels), random.requantizations(channels, 9));
  }
  return true;
}();

}  // namespace
}  // namespace solder
