#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/base/fixed_point.h"
#include "runtime/kernels/testing.h"
#include "runtime/kernels/testing_operator.h"

namespace solder {
namespace {

using testing::OperatorCase;
using testing::Random;

struct Case {
  Conv2DGeometry g;
  Padding padding;
  bool has_bias;
};

Case random_case(Random& random) {
  Case c = {};
  c.padding = random.integer(0, 1) == 0 ? Padding::SAME : Padding::VALID;
  c.has_bias = random.integer(0, 1) == 0;
  Conv2DGeometry& g = c.g;
  g.batches = random.integer(1, 2);
  g.input_channels = g.filter_channels = random.integer(1, 5);
  g.output_channels = random.integer(1, 5);
  const auto axis = [&](int32_t& input, int32_t& output, int32_t& taps, int32_t& stride,
                        int32_t& pad) {
    input = random.integer(1, 5);
    taps = random.integer(1, 5);
    stride = random.integer(1, 3);
    if (c.padding == Padding::SAME) {
      output = input * stride - random.integer(0, stride - 1);
      const int32_t total = (input - 1) * stride + taps - output;
      pad = total > 0 ? total / 2 : 0;
    } else {
      output = (input - 1) * stride + taps + random.integer(0, stride - 1);
    }
  };
  axis(g.input_height, g.output_height, g.filter_height, g.stride_height, g.pad_top);
  axis(g.input_width, g.output_width, g.filter_width, g.stride_width, g.pad_left);
  g.dilation_height = g.dilation_width = 1;
  return c;
}

// Every input pixel scattered over the output, as the operator is defined.
template <class Sum, class Element, class Weight>
std::vector<Sum> scattered(const Conv2DGeometry& g, const std::vector<Element>& input, Sum offset,
                           const std::vector<Weight>& filter) {
  std::vector<Sum> sums(
      static_cast<size_t>(g.batches * g.output_height * g.output_width * g.output_channels));
  size_t at = 0;
  for (int32_t b = 0; b < g.batches; ++b)
    for (int32_t y = 0; y < g.input_height; ++y)
      for (int32_t x = 0; x < g.input_width; ++x)
        for (int32_t c = 0; c < g.input_channels; ++c, ++at)
          for (int32_t ky = 0; ky < g.filter_height; ++ky)
            for (int32_t kx = 0; kx < g.filter_width; ++kx)
              for (int32_t out_c = 0; out_c < g.output_channels; ++out_c) {
                const int32_t out_y = y * g.stride_height - g.pad_top + ky;
                const int32_t out_x = x * g.stride_width - g.pad_left + kx;
                if (out_y < 0 || out_y >= g.output_height || out_x < 0 || out_x >= g.output_width)
                  continue;
                const auto weight = filter[static_cast<size_t>(
                    ((out_c * g.filter_height + ky) * g.filter_width + kx) * g.input_channels + c)];
                sums[static_cast<size_t>(
                    ((b * g.output_height + out_y) * g.output_width + out_x) * g.output_channels +
                    out_c)] += (static_cast<Sum>(input[at]) + offset) * static_cast<Sum>(weight);
              }
  return sums;
}

Shape input_shape(const Conv2DGeometry& g) {
  return {4, {g.batches, g.input_height, g.input_width, g.input_channels}};
}
Shape filter_shape(const Conv2DGeometry& g) {
  return {4, {g.output_channels, g.filter_height, g.filter_width, g.input_channels}};
}
Shape output_shape(const Conv2DGeometry& g) {
  return {4, {g.batches, g.output_height, g.output_width, g.output_channels}};
}

OperatorCase operator_of(const Case& c) {
  OperatorCase op(OperatorType::TRANSPOSE_CONV);
  op.options.padding = c.padding;
  op.options.stride_h = c.g.stride_height;
  op.options.stride_w = c.g.stride_width;
  const Shape out = output_shape(c.g);
  op.integers({out.dims, out.dims + 4});
  return op;
}

TEST(TransposeConv, F32) {
  Random random(1);
  for (int n = 0; n < 100; ++n) {
    Case c = random_case(random);
    const Conv2DGeometry& g = c.g;
    SCOPED_TRACE(testing::describe(g));
    const auto input = random.tensor<float>(input_shape(g).elements());
    const auto filter = random.tensor<float>(filter_shape(g).elements());
    const auto bias = random.tensor<float>(g.output_channels);
    OperatorCase op = operator_of(c);
    op.options.activation = n % 3 == 0 ? Activation::RELU : Activation::NONE;
    op.constant(filter_shape(g), filter).input(input_shape(g), input);
    if (c.has_bias) op.constant(Shape{1, {g.output_channels}}, bias);
    op.output(TensorType::FLOAT32, output_shape(g));
    ASSERT_EQ(op.run(), "");
    const auto sums = scattered<double>(g, input, 0.0, filter);
    std::vector<float> expected;
    for (size_t i = 0; i < sums.size(); ++i) {
      const auto channel = i % static_cast<size_t>(g.output_channels);
      const double sum = sums[i] + static_cast<double>(c.has_bias ? bias[channel] : 0.0F);
      expected.push_back(static_cast<float>(n % 3 == 0 && sum < 0 ? 0.0 : sum));
    }
    ASSERT_EQ(testing::difference(expected, op.result<float>()), "");
  }
}

struct Quantized {
  std::vector<float> filter_scale;
  std::vector<int64_t> zeros;
  float input_scale = 0.05F, output_scale = 0.07F;

  Quantized(Random& random, int32_t channels) : zeros(static_cast<size_t>(channels)) {
    for (int32_t i = 0; i < channels; ++i) filter_scale.push_back(random.real(0.001F, 0.02F));
  }
  Requantization factor(size_t channel) const {
    return quantize_multiplier(static_cast<double>(input_scale) *
                               static_cast<double>(filter_scale[channel]) /
                               static_cast<double>(output_scale));
  }
};

TEST(TransposeConv, S8) {
  Random random(2);
  for (int n = 0; n < 100; ++n) {
    const Case c = random_case(random);
    const Conv2DGeometry& g = c.g;
    SCOPED_TRACE(testing::describe(g));
    const Quantized q(random, g.output_channels);
    const int32_t in_zero = testing::random_zero_point(random);
    const int32_t out_zero = testing::random_zero_point(random);
    const auto input = random.tensor<int8_t>(input_shape(g).elements());
    const auto filter = random.tensor<int8_t>(filter_shape(g).elements());
    const auto bias = random.tensor<int32_t>(g.output_channels);
    OperatorCase op = operator_of(c);
    op.constant(filter_shape(g), filter).quantized(q.filter_scale, q.zeros, 0);
    op.input(input_shape(g), input).quantized(q.input_scale, in_zero);
    if (c.has_bias) op.constant(Shape{1, {g.output_channels}}, bias);
    op.output(TensorType::INT8, output_shape(g)).quantized(q.output_scale, out_zero);
    ASSERT_EQ(op.run(), "");
    const auto sums = scattered<int64_t>(g, input, -in_zero, filter);
    std::vector<int8_t> expected;
    for (size_t i = 0; i < sums.size(); ++i) {
      const auto channel = i % static_cast<size_t>(g.output_channels);
      const int64_t sum = sums[i] + (c.has_bias ? bias[channel] : 0);
      expected.push_back(testing::plain_output(sum, q.factor(channel), out_zero, {-128, 127}));
    }
    ASSERT_EQ(testing::difference(expected, op.result<int8_t>()), "");
  }
}

TEST(TransposeConv, S16) {
  Random random(3);
  for (int n = 0; n < 100; ++n) {
    const Case c = random_case(random);
    const Conv2DGeometry& g = c.g;
    SCOPED_TRACE(testing::describe(g));
    const Quantized q(random, g.output_channels);
    const auto input = random.tensor<int16_t>(input_shape(g).elements());
    const auto filter = random.tensor<int8_t>(filter_shape(g).elements());
    std::vector<int64_t> bias;
    for (int32_t i = 0; i < g.output_channels; ++i) bias.push_back(random.integer(-99999, 99999));
    OperatorCase op = operator_of(c);
    op.constant(filter_shape(g), filter).quantized(q.filter_scale, q.zeros, 0);
    op.input(input_shape(g), input).quantized(q.input_scale, 0);
    if (c.has_bias) op.constant(Shape{1, {g.output_channels}}, bias);
    op.output(TensorType::INT16, output_shape(g)).quantized(q.output_scale, 0);
    ASSERT_EQ(op.run(), "");
    const auto sums = scattered<int64_t>(g, input, 0, filter);
    std::vector<int16_t> expected;
    for (size_t i = 0; i < sums.size(); ++i) {
      const auto channel = i % static_cast<size_t>(g.output_channels);
      const int64_t sum = sums[i] + (c.has_bias ? bias[channel] : 0);
      const int64_t value = requantize_wide(sum, q.factor(channel));
      expected.push_back(static_cast<int16_t>(std::clamp<int64_t>(value, -32768, 32767)));
    }
    ASSERT_EQ(testing::difference(expected, op.result<int16_t>()), "");
  }
}

TEST(TransposeConv, Errors) {
  using ::testing::HasSubstr;
  const auto error = [](std::vector<int32_t> shape, Shape filter, Shape output, int32_t stride) {
    OperatorCase op(OperatorType::TRANSPOSE_CONV);
    op.options.stride_h = op.options.stride_w = stride;
    op.integers(std::move(shape));
    op.constant(filter, std::vector<float>(static_cast<size_t>(filter.elements())));
    op.input(Shape{4, {1, 1, 2, 1}}, std::vector<float>{1, 2});
    return op.output(TensorType::FLOAT32, output).run();
  };
  const Shape filter = {4, {3, 1, 1, 1}}, out = {4, {1, 1, 2, 3}};
  EXPECT_EQ(error({1, 1, 2, 3}, filter, out, 1), "");
  EXPECT_THAT(error({1, 1, 2, 4}, filter, out, 1), HasSubstr("another shape"));
  EXPECT_THAT(error({1, 1, 2}, filter, out, 1), HasSubstr("constant INT32 shape"));
  EXPECT_THAT(error({1, 1, 2, 3}, {4, {3, 1, 1, 2}}, out, 1), HasSubstr("do not fit"));
  EXPECT_THAT(error({1, 1, 2, 3}, {4, {2, 1, 1, 1}}, out, 1), HasSubstr("do not fit"));
  EXPECT_THAT(error({1, 1, 2, 3}, {3, {3, 1, 1}}, out, 1), HasSubstr("rank 4"));
  for (const int32_t stride : {0, -1, INT32_MAX})
    EXPECT_THAT(error({1, 1, 2, 3}, filter, out, stride), HasSubstr("stride"));
}

}  // namespace
}  // namespace solder
