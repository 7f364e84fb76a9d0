#include "compiler/testing/int8_net.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "compiler/ir/padding.h"
#include "compiler/planning/executable.h"

namespace solder::compiler::testing {
namespace {

constexpr float kInputScale = 0.02F, kFilterScale = 0.01F;

int32_t outputs(int32_t input, int32_t taps, int32_t dilation, int32_t stride, Padding padding) {
  const int64_t window = int64_t{taps - 1} * dilation + 1;
  const Padded padded = padding == Padding::SAME ? same_padding(input, window, stride)
                                                 : explicit_padding(input, window, stride, 0, 0);
  return static_cast<int32_t>(padded.outputs);
}

}  // namespace

int Int8Net::add_activation(const Shape& shape, float scale, int64_t zero_point) {
  return graph_.add_tensor({.name = "activation",
                            .type = TensorType::INT8,
                            .shape = shape,
                            .quantization = {{scale}, {zero_point}, 0}});
}

void Int8Net::input(const Shape& shape) {
  last_ = add_activation(shape, kInputScale, one_of({-128, 127, 0, integer(-128, 127)}));
  graph_.inputs = {last_};
}

int Int8Net::add_filter(const Shape& shape, float scale, int32_t channel_axis) {
  Tensor filter = {.name = "filter", .type = TensorType::INT8, .shape = shape};
  filter.quantization.axis = channel_axis;
  for (int32_t c = 0; c < shape.dims[channel_axis]; ++c) {
    filter.quantization.scale.push_back(scale * static_cast<float>(integer(50, 150)) / 100.0F);
    filter.quantization.zero_point.push_back(0);
  }
  for (int64_t i = 0; i < shape.elements(); ++i)
    filter.data.push_back(static_cast<uint8_t>(integer(-127, 127)));
  return graph_.add_tensor(std::move(filter));
}

int Int8Net::add_bias(int32_t channels, int32_t largest) {
  if (integer(0, 3) == 0) return -1;
  std::vector<int32_t> values;
  for (int32_t c = 0; c < channels; ++c) values.push_back(integer(-largest, largest));
  return graph_.add_tensor(int32_constant("bias", values));
}

void Int8Net::add_weighted(OperatorType type, int filter, int64_t depth, const Shape& shape,
                           const Options& options) {
  // So that sums fill the output's range, and some saturate.
  const float in = graph_.tensors[static_cast<size_t>(last_)].quantization.scale[0];
  const auto spread = static_cast<float>(std::sqrt(static_cast<double>(depth)));
  const float scale = in * kFilterScale * spread * static_cast<float>(integer(60, 150));
  const int bias = add_bias(shape.dims[shape.rank - 1], static_cast<int32_t>(5000 * spread));
  const int output = add_activation(shape, scale, one_of({-128, 127, 0, integer(-128, 127)}));
  std::vector<int> inputs = {last_, filter};
  if (bias >= 0) inputs.push_back(bias);
  graph_.operators.push_back(
      {.type = type, .inputs = inputs, .outputs = {output}, .options = options});
  last_ = output;
}

void Int8Net::conv_2d(int32_t channels, int32_t filter_height, int32_t filter_width,
                      Options options) {
  const Shape input = shape();  // a copy: tensors are added below
  const int32_t* in = input.dims;
  const Shape filter = {4, {channels, filter_height, filter_width, in[3]}};
  const Shape out = {
      4,
      {in[0], outputs(in[1], filter_height, options.dilation_h, options.stride_h, options.padding),
       outputs(in[2], filter_width, options.dilation_w, options.stride_w, options.padding),
       channels}};
  add_weighted(OperatorType::CONV_2D, add_filter(filter, kFilterScale),
               int64_t{filter_height} * filter_width * in[3], out, options);
}

void Int8Net::depthwise_conv_2d(int32_t multiplier, int32_t filter_height, int32_t filter_width,
                                Options options) {
  const Shape input = shape();  // a copy: tensors are added below
  const int32_t* in = input.dims;
  const int32_t channels = in[3] * multiplier;
  const Shape out = {
      4,
      {in[0], outputs(in[1], filter_height, options.dilation_h, options.stride_h, options.padding),
       outputs(in[2], filter_width, options.dilation_w, options.stride_w, options.padding),
       channels}};
  const int filter = add_filter({4, {1, filter_height, filter_width, channels}}, kFilterScale, 3);
  add_weighted(OperatorType::DEPTHWISE_CONV_2D, filter, int64_t{filter_height} * filter_width, out,
               options);
}

void Int8Net::max_pool_2d(const Options& options) {
  const Shape input = shape();  // a copy: tensors are added below
  const int32_t* in = input.dims;
  const Shape out = {
      4,
      {in[0], outputs(in[1], options.filter_h, 1, options.stride_h, options.padding),
       outputs(in[2], options.filter_w, 1, options.stride_w, options.padding), in[3]}};
  const Quantization same = graph_.tensors[static_cast<size_t>(last_)].quantization;
  const int output = add_activation(out, same.scale[0], same.zero_point[0]);
  graph_.operators.push_back({.type = OperatorType::MAX_POOL_2D,
                              .inputs = {last_},
                              .outputs = {output},
                              .options = options});
  last_ = output;
}

void Int8Net::fully_connected(int32_t channels, Activation activation) {
  const int32_t depth = shape().dims[shape().rank - 1];
  const Shape out = {2, {static_cast<int32_t>(shape().elements() / depth), channels}};
  add_weighted(OperatorType::FULLY_CONNECTED, add_filter({2, {channels, depth}}, kFilterScale),
               depth, out, {.activation = activation});
}

void Int8Net::add_input(OperatorType add_or_sub, Activation activation) {
  const float scale = kInputScale * static_cast<float>(integer(50, 300)) / 100.0F;
  const int output = add_activation(shape(), scale, one_of({-128, 127, 0, integer(-128, 127)}));
  graph_.operators.push_back({.type = add_or_sub,
                              .inputs = {graph_.inputs[0], last_},
                              .outputs = {output},
                              .options = {.activation = activation}});
  last_ = output;
}

bool Int8Net::expect_same_as_reference(KernelId kernel) {
  const Executable expected(graph_, kReferenceKernels);
  const Executable actual(graph_, kArmv7emKernels, Prefer::kBalanced, kernel);
  const TensorInfo& input = expected.model().input_info(0);
  std::vector<uint8_t> bytes(input.bytes);
  for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(integer(-128, 127));
  for (const Executable* each : {&expected, &actual}) {
    std::memcpy(each->model().input(0), bytes.data(), bytes.size());
    each->model().invoke();
  }
  const uint32_t size = expected.model().output_info(0).bytes;
  const auto* a = static_cast<const int8_t*>(expected.model().output(0));
  const auto* b = static_cast<const int8_t*>(actual.model().output(0));
  for (uint32_t i = 0; i < size; ++i) {
    EXPECT_EQ(int{b[i]}, int{a[i]}) << "element " << i << " of " << size;
    if (a[i] != b[i]) break;
  }
  bool ran = false;
  for (uint32_t i = 0; i < actual.plan().step_count; ++i)
    ran |= actual.plan().steps[i].kernel == kernel;
  return ran;
}

}  // namespace solder::compiler::testing
