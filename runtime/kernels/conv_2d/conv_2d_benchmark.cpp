#include "runtime/kernels/benchmarking.h"

namespace solder {
namespace {

// Layers of the sample models; strides are the same both ways.
struct Layer {
  const char* name;
  int32_t height, width, channels;
  int32_t filter_height, filter_width, output_channels, stride;
  bool same;  // padded so that only the stride shrinks the output
};
constexpr Layer kLayers[] = {
    {"mnist_1", 28, 28, 1, 3, 3, 32, 1, false},
    {"mnist_2", 13, 13, 32, 3, 3, 64, 1, false},
    {"mnist_3", 5, 5, 64, 3, 3, 64, 1, false},
    {"keywords_1", 49, 10, 1, 10, 4, 64, 2, true},
    {"keywords_pointwise", 25, 5, 64, 1, 1, 64, 1, true},
    {"person_1", 96, 96, 3, 3, 3, 8, 2, true},
    {"person_early", 48, 48, 8, 1, 1, 16, 1, true},
    {"person_late", 3, 3, 256, 1, 1, 256, 1, true},
    {"images_16", 32, 32, 16, 3, 3, 16, 1, true},
    {"images_32", 16, 16, 32, 3, 3, 32, 1, true},
};

int32_t outputs_of(int32_t size, int32_t taps, const Layer& l) {
  return l.same ? (size + l.stride - 1) / l.stride : (size - taps) / l.stride + 1;
}
int32_t padding_of(int32_t size, int32_t taps, const Layer& l) {
  const int32_t padded = (outputs_of(size, taps, l) - 1) * l.stride + taps;
  return padded > size ? (padded - size) / 2 : 0;
}

[[maybe_unused]] const bool kRegistered = [] {
  testing::Random random(1);
  for (const Layer& l : kLayers) {
    const Conv2DGeometry g = {.batches = 1,
                              .input_height = l.height,
                              .input_width = l.width,
                              .input_channels = l.channels,
                              .filter_height = l.filter_height,
                              .filter_width = l.filter_width,
                              .filter_channels = l.channels,
                              .output_height = outputs_of(l.height, l.filter_height, l),
                              .output_width = outputs_of(l.width, l.filter_width, l),
                              .output_channels = l.output_channels,
                              .stride_height = l.stride,
                              .stride_width = l.stride,
                              .dilation_height = 1,
                              .dilation_width = 1,
                              .pad_top = padding_of(l.height, l.filter_height, l),
                              .pad_left = padding_of(l.width, l.filter_width, l)};
    const int32_t inputs = l.height * l.width * l.channels;
    const int32_t filter_size = l.filter_height * l.filter_width * l.channels;
    const int32_t outputs = g.output_height * g.output_width * l.output_channels;
    const double products = double{1} * outputs * filter_size;
    testing::register_benchmark<float>(KernelId::conv_2d_f32, "conv_2d_f32", l.name,
                                       Conv2DF32Params{g, 0, 6}, outputs, products, "MAC/s",
                                       random.tensor<float>(inputs),
                                       random.tensor<float>(filter_size * l.output_channels),
                                       random.tensor<float>(l.output_channels));
    testing::register_benchmark<int8_t>(KernelId::conv_2d_s8, "conv_2d_s8", l.name,
                                        Conv2DS8Params{g, 5, -3, -128, 127}, outputs, products,
                                        "MAC/s", random.tensor<int8_t>(inputs),
                                        random.tensor<int8_t>(filter_size * l.output_channels),
                                        random.tensor<int32_t>(l.output_channels),
                                        random.requantizations(l.output_channels, filter_size));
  }
  return true;
}();

}  // namespace
}  // namespace solder
