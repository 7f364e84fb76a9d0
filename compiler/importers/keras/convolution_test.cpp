#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compiler/importers/keras/testing.h"
#include "compiler/passes/passes.h"

namespace solder::compiler {
namespace {

using namespace testing;
using ::testing::HasSubstr;

struct PlainConv {
  int64_t height, width, channels;      // of the input
  int64_t kernel_h, kernel_w, outputs;  // of the kernel: height x width x channels/groups x outputs
  int64_t groups = 1, stride = 1, dilation = 1;
  int64_t top = 0, left = 0;  // zeros in front
  int64_t out_h, out_w;
};

Floats plain_conv(const PlainConv& c, const Floats& input, const Floats& kernel,
                  const Floats& bias) {
  Floats result;
  const int64_t in_group = c.channels / c.groups, out_group = c.outputs / c.groups;
  for (int64_t y = 0; y < c.out_h; ++y)
    for (int64_t x = 0; x < c.out_w; ++x)
      for (int64_t o = 0; o < c.outputs; ++o) {
        float sum = bias.empty() ? 0 : bias[o];
        for (int64_t ky = 0; ky < c.kernel_h; ++ky)
          for (int64_t kx = 0; kx < c.kernel_w; ++kx) {
            const int64_t iy = y * c.stride + ky * c.dilation - c.top;
            const int64_t ix = x * c.stride + kx * c.dilation - c.left;
            if (iy < 0 || iy >= c.height || ix < 0 || ix >= c.width) continue;
            for (int64_t i = 0; i < in_group; ++i)
              sum += input[(iy * c.width + ix) * c.channels + o / out_group * in_group + i] *
                     kernel[((ky * c.kernel_w + kx) * in_group + i) * c.outputs + o];
          }
        result.push_back(sum);
      }
  return result;
}

TEST(KerasConv2D, StridesAndSamePadding) {
  const Floats kernel = random_floats(3 * 2 * 3 * 4, 1), bias = {1, -2, 3, -4};
  const Graph graph = one_layer({6, 7, 3}, "Conv2D",
                                {{"filters", 4},
                                 {"kernel_size", {3, 2}},
                                 {"strides", {2, 2}},
                                 {"padding", "same"},
                                 {"use_bias", true}},
                                {{"kernel:0", {3, 2, 3, 4}, kernel}, {"bias:0", {4}, bias}})
                          .import();
  EXPECT_EQ(operator_types(graph), std::vector{OperatorType::CONV_2D});
  const Floats x = random_floats(6 * 7 * 3, 2);
  // Of 1 row and 1 column of zeros each, the rows and columns behind get them.
  const PlainConv conv{.height = 6,
                       .width = 7,
                       .channels = 3,
                       .kernel_h = 3,
                       .kernel_w = 2,
                       .outputs = 4,
                       .stride = 2,
                       .out_h = 3,
                       .out_w = 4};
  expect_near(run(graph, {x}), {plain_conv(conv, x, kernel, bias)});
}

TEST(KerasConv2D, DilationWithoutBias) {
  const Floats kernel = random_floats(3 * 3 * 2, 1);
  const Graph graph = one_layer({7, 7, 1}, "Conv2D",
                                {{"filters", 2},
                                 {"kernel_size", 3},
                                 {"dilation_rate", {2, 2}},
                                 {"padding", "valid"},
                                 {"use_bias", false}},
                                {{"kernel:0", {3, 3, 1, 2}, kernel}})
                          .import();
  const Floats x = random_floats(7 * 7, 2);
  const PlainConv conv{.height = 7,
                       .width = 7,
                       .channels = 1,
                       .kernel_h = 3,
                       .kernel_w = 3,
                       .outputs = 2,
                       .dilation = 2,
                       .out_h = 3,
                       .out_w = 3};
  expect_near(run(graph, {x}), {plain_conv(conv, x, kernel, {})});
}

TEST(KerasConv2D, Groups) {
  for (const int64_t groups : {2, 4}) {
    const Floats kernel = random_floats(2 * 2 * (4 / groups) * 8, 1);
    const Graph graph =
        one_layer(
            {3, 3, 4}, "Conv2D",
            {{"filters", 8}, {"kernel_size", {2, 2}}, {"groups", groups}, {"use_bias", false}},
            {{"kernel:0", {2, 2, 4 / groups, 8}, kernel}})
            .import();
    EXPECT_EQ(operator_types(graph),
              std::vector{groups == 4 ? OperatorType::DEPTHWISE_CONV_2D : OperatorType::CONV_2D});
    const Floats x = random_floats(3 * 3 * 4, 2);
    const PlainConv conv{.height = 3,
                         .width = 3,
                         .channels = 4,
                         .kernel_h = 2,
                         .kernel_w = 2,
                         .outputs = 8,
                         .groups = groups,
                         .out_h = 2,
                         .out_w = 2};
    expect_near(run(graph, {x}), {plain_conv(conv, x, kernel, {})});
  }
}

TEST(KerasConv1D, Paddings) {
  struct Case {
    const char* padding;
    int64_t left, outputs;
  };
  for (const Case& c : {Case{"valid", 0, 6}, Case{"same", 1, 8}, Case{"causal", 2, 8}}) {
    const Floats kernel = random_floats(3 * 2 * 3, 1), bias = {1, 2, 3};
    const Graph graph =
        one_layer({8, 2}, "Conv1D", {{"filters", 3}, {"kernel_size", {3}}, {"padding", c.padding}},
                  {{"kernel:0", {3, 2, 3}, kernel}, {"bias:0", {3}, bias}})
            .import();
    EXPECT_EQ(graph.tensors[graph.outputs[0]].shape,
              (Shape{3, {1, static_cast<int32_t>(c.outputs), 3}}));
    const Floats x = random_floats(8 * 2, 2);
    const PlainConv conv{.height = 1,
                         .width = 8,
                         .channels = 2,
                         .kernel_h = 1,
                         .kernel_w = 3,
                         .outputs = 3,
                         .left = c.left,
                         .out_h = 1,
                         .out_w = c.outputs};
    expect_near(run(graph, {x}), {plain_conv(conv, x, kernel, bias)});
  }
}

TEST(KerasDepthwiseConv, TwoAndOneDimensions) {
  const Floats kernel = random_floats(2 * 3 * 2, 1), bias = {1, 2, 3, 4, 5, 6};
  const Floats kernel_2d = random_floats(2 * 2 * 3 * 2, 3);
  const Graph graph =
      one_layer({4, 4, 3}, "DepthwiseConv2D", {{"kernel_size", {2, 2}}, {"depth_multiplier", 2}},
                {{"depthwise_kernel:0", {2, 2, 3, 2}, kernel_2d}, {"bias:0", {6}, bias}})
          .import();
  const Floats x = random_floats(4 * 4 * 3, 2);
  const PlainConv conv{.height = 4,
                       .width = 4,
                       .channels = 3,
                       .kernel_h = 2,
                       .kernel_w = 2,
                       .outputs = 6,
                       .groups = 3,
                       .out_h = 3,
                       .out_w = 3};
  expect_near(run(graph, {x}), {plain_conv(conv, x, kernel_2d, bias)});

  const Graph graph_1d =
      one_layer({4, 3}, "DepthwiseConv1D", {{"kernel_size", 2}, {"depth_multiplier", 2}},
                {{"depthwise_kernel:0", {2, 3, 2}, kernel}, {"bias:0", {6}, bias}})
          .import();
  const Floats row = random_floats(4 * 3, 2);
  const PlainConv conv_1d{.height = 1,
                          .width = 4,
                          .channels = 3,
                          .kernel_h = 1,
                          .kernel_w = 2,
                          .outputs = 6,
                          .groups = 3,
                          .out_h = 1,
                          .out_w = 3};
  expect_near(run(graph_1d, {row}), {plain_conv(conv_1d, row, kernel, bias)});
}

TEST(KerasSeparableConv2D, IsDepthwiseThenPointwise) {
  const Floats depthwise = random_floats(3 * 3 * 2 * 2, 1), pointwise = random_floats(4 * 3, 2);
  const Floats bias = {1, 2, 3};
  const Graph graph = one_layer({5, 5, 2}, "SeparableConv2D",
                                {{"filters", 3},
                                 {"kernel_size", {3, 3}},
                                 {"depth_multiplier", 2},
                                 {"strides", {2, 2}},
                                 {"padding", "same"},
                                 {"activation", "relu"}},
                                {{"depthwise_kernel:0", {3, 3, 2, 2}, depthwise},
                                 {"pointwise_kernel:0", {1, 1, 4, 3}, pointwise},
                                 {"bias:0", {3}, bias}})
                          .import();
  EXPECT_EQ(operator_types(graph),
            (std::vector{OperatorType::DEPTHWISE_CONV_2D, OperatorType::CONV_2D}));
  const Floats x = random_floats(5 * 5 * 2, 3);
  const Floats between = plain_conv({.height = 5,
                                     .width = 5,
                                     .channels = 2,
                                     .kernel_h = 3,
                                     .kernel_w = 3,
                                     .outputs = 4,
                                     .groups = 2,
                                     .stride = 2,
                                     .top = 1,
                                     .left = 1,
                                     .out_h = 3,
                                     .out_w = 3},
                                    x, depthwise, {});
  Floats expected = plain_conv({.height = 3,
                                .width = 3,
                                .channels = 4,
                                .kernel_h = 1,
                                .kernel_w = 1,
                                .outputs = 3,
                                .out_h = 3,
                                .out_w = 3},
                               between, pointwise, bias);
  for (float& value : expected) value = std::max(value, 0.0F);
  expect_near(run(graph, {x}), {expected});
}

TEST(KerasSeparableConv1D, KeepsRank) {
  const Graph graph =
      one_layer({4, 1}, "SeparableConv1D",
                {{"filters", 1}, {"kernel_size", 2}, {"use_bias", false}},
                {{"depthwise_kernel:0", {2, 1, 1}, {1, 2}}, {"pointwise_kernel:0", {1, 1, 1}, {3}}})
          .import();
  EXPECT_EQ(graph.tensors[graph.outputs[0]].shape, (Shape{3, {1, 3, 1}}));
  expect_near(run(graph, {{1, 2, 3, 4}}), {{15, 24, 33}});
}

// What a network of 1-D layers comes down to.
TEST(KerasConv1D, NormalizedAndActivatedIsOneOperator) {
  Graph graph = KerasFile({6, 2})
                    .layer("Conv1D", {{"name", "c"}, {"filters", 2}, {"kernel_size", 3}},
                           {{"kernel:0", {3, 2, 2}}, {"bias:0", {2}}})
                    .layer("BatchNormalization", {{"name", "n"}},
                           {{"gamma:0", {2}},
                            {"beta:0", {2}},
                            {"moving_mean:0", {2}},
                            {"moving_variance:0", {2}}})
                    .layer("ReLU", {{"name", "r"}})
                    .layer("GlobalAveragePooling1D", {{"name", "g"}})
                    .import();
  const auto before = run_on_noise(graph);
  run_passes(graph);
  EXPECT_EQ(operator_types(graph),
            (std::vector{OperatorType::RESHAPE, OperatorType::CONV_2D, OperatorType::MEAN}));
  expect_near(run_on_noise(graph), before, 1e-5F);
}

TEST(KerasConv2D, Errors) {
  const std::vector<KerasWeight> weights = {{"kernel:0", {3, 3, 1, 2}}, {"bias:0", {2}}};
  const auto error = [&](const Json& arguments, const std::vector<int64_t>& input = {5, 5, 1}) {
    Json all = {{"filters", 2}, {"kernel_size", {3, 3}}};
    all.update(arguments);
    return one_layer(input, "Conv2D", all, weights).import_error();
  };
  EXPECT_EQ(error({{"data_format", "channels_first"}}),
            "layer \"y\" (Conv2D): data_format \"channels_first\" is not supported; build the "
            "model with channels_last");
  EXPECT_THAT(error({{"activation", "celu"}}),
              HasSubstr("layer \"y\" (Conv2D): activation \"celu\" is not supported; supported "
                        "are elu, exponential, gelu, "));
  EXPECT_THAT(error({{"filters", 3}}),
              HasSubstr("its kernel has shape 3x3x1x2, 3x3x1x3 is wanted"));
  EXPECT_THAT(error({{"filters", 0}}), HasSubstr("dimension 3 is 0"));
  EXPECT_THAT(error(Json::object(), {2, 2, 1}), HasSubstr("covers 3 of an input of 2"));
  EXPECT_THAT(error(Json::object(), {5, 1}), HasSubstr("input of shape 1x5x1; rank 4 is wanted"));
  EXPECT_THAT(error({{"strides", {0, 1}}}), HasSubstr("strides of 0"));
  EXPECT_THAT(error({{"strides", {1, 1, 1}}}), HasSubstr("strides is [1,1,1]"));
  EXPECT_THAT(error({{"strides", "two"}}), HasSubstr("strides is \"two\""));
  EXPECT_THAT(error({{"groups", 0}}), HasSubstr("0 groups"));
  EXPECT_THAT(error({{"padding", "causal"}}), HasSubstr("padding \"causal\""));
  EXPECT_THAT(error({{"use_bias", 1}}), HasSubstr("use_bias is 1, not true or false"));
  EXPECT_THAT(one_layer({5, 5, 1}, "Conv2D", {{"filters", 2}, {"kernel_size", {3, 3}}},
                        {{"kernel:0", {3, 3, 1, 2}}})
                  .import_error(),
              HasSubstr("the file has 1 weights for it, its bias is missing"));
}

// Of one channel each: input pixel i adds kernel[k] to output pixel i * stride - before + k, where
// "same" cuts off before what TensorFlow's padding would add to the output.
TEST(KerasConvTranspose, PaddingAndStrides) {
  const auto run_1d = [](const Json& arguments, const Floats& kernel, const Floats& x) {
    const auto taps = static_cast<int64_t>(kernel.size());
    Json all = {{"filters", 1}, {"kernel_size", {taps}}, {"activation", "linear"}};
    all.update(arguments);
    const Graph graph = one_layer({static_cast<int64_t>(x.size()), 1}, "Conv1DTranspose", all,
                                  {{"kernel:0", {taps, 1, 1}, kernel}, {"bias:0", {1}, {0}}})
                            .import();
    return run(graph, {x});
  };
  expect_near(run_1d({{"strides", 2}}, {1, 10, 100}, {1, 2}), {{1, 10, 102, 20, 200}});
  expect_near(run_1d({{"strides", 2}, {"padding", "same"}}, {1, 10, 100}, {1, 2}),
              {{1, 10, 102, 20}});
  expect_near(run_1d({{"strides", 1}, {"padding", "same"}}, {1, 10, 100}, {1, 2}), {{12, 120}});
  expect_near(run_1d({{"strides", 3}}, {1}, {1, 2}), {{1, 0, 0, 2, 0, 0}});
  expect_near(run_1d({{"strides", 2}, {"output_padding", 1}}, {1, 10, 100}, {1, 2}),
              {{1, 10, 102, 20, 200, 0}});
  expect_near(run_1d({{"dilation_rate", 2}}, {1, 10}, {1, 2}), {{1, 2, 10, 20}});
}

TEST(KerasConvTranspose, ChannelsBiasAndActivation) {
  const Json arguments = {
      {"filters", 2}, {"kernel_size", {1, 2}}, {"strides", {1, 2}}, {"activation", "relu"}};
  // kernel[0, k, output, input]
  const Graph graph = one_layer({1, 1, 3}, "Conv2DTranspose", arguments,
                                {{"kernel:0", {1, 2, 2, 3}}, {"bias:0", {2}, {-100, 1}}})
                          .import();
  expect_near(run(graph, {{1, 10, 100}}), {{221, 655, 887, 1321}});
  EXPECT_EQ(operator_types(graph), (std::vector{OperatorType::TRANSPOSE_CONV, OperatorType::RELU}));
}

TEST(KerasConvTranspose, Errors) {
  const auto error = [](const char* key, const Json& value) {
    Json arguments = {{"filters", 1}, {"kernel_size", {3, 3}}};
    arguments[key] = value;
    return one_layer({4, 4, 1}, "Conv2DTranspose", arguments, {{"kernel:0", {3, 3, 1, 1}}})
        .import_error();
  };
  EXPECT_THAT(error("output_padding", {1, 1}), HasSubstr("output_padding is [1,1]"));
  EXPECT_THAT(error("groups", 2), HasSubstr("groups"));
  EXPECT_THAT(error("padding", "causal"), HasSubstr("padding \"causal\""));
  EXPECT_THAT(error("filters", 2), HasSubstr("kernel has shape"));
}

}  // namespace
}  // namespace solder::compiler
