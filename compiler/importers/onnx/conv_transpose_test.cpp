#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compiler/importers/onnx/testing.h"
#include "compiler/testing/graphs.h"

namespace solder::compiler {
namespace {

using namespace testing;
using ::testing::HasSubstr;

// Along height and width alike.
struct Case {
  int kernel, stride, before, after, extra = 0, dilation = 1, groups = 1;
};

constexpr int kSize = 4, kInputs = 4, kOutputs = 2;  // outputs of a group

TEST(OnnxConvTranspose, ScattersTheInput) {
  const std::vector<Case> cases = {{3, 2, 0, 0},       {3, 2, 1, 1, 1},       {4, 2, 1, 1},
                                   {2, 2, 0, 0},       {3, 1, 1, 1},          {3, 2, 0, 1},
                                   {3, 2, 1, 0},       {3, 3, 0, 0, 2},       {1, 3, 0, 0},
                                   {3, 2, 1, 1, 0, 2}, {3, 2, 1, 1, 1, 1, 2}, {2, 1, 0, 0, 0, 3, 4},
                                   {3, 2, 0, 2, 1}};
  for (const Case& c : cases) {
    SCOPED_TRACE(fmt::format("kernel {} stride {} pads {},{} extra {} dilation {} groups {}",
                             c.kernel, c.stride, c.before, c.after, c.extra, c.dilation, c.groups));
    const int taps = (c.kernel - 1) * c.dilation + 1;
    const int size = c.stride * (kSize - 1) + taps + c.extra - c.before - c.after;
    const int all = kOutputs * c.groups, inputs = kInputs / c.groups;
    const Floats x = random_floats(kInputs * kSize * kSize, 1);
    const Floats w = random_floats(kInputs * kOutputs * c.kernel * c.kernel, 2);
    const Floats b = random_floats(all, 3);
    std::vector<double> sums;
    for (int o = 0; o < all; ++o) sums.insert(sums.end(), size * size, b[o]);
    for (int i = 0; i < kInputs; ++i)
      for (int y = 0; y < kSize; ++y)
        for (int z = 0; z < kSize; ++z)
          for (int o = 0; o < kOutputs; ++o)
            for (int ky = 0; ky < c.kernel; ++ky)
              for (int kz = 0; kz < c.kernel; ++kz) {
                const int to_y = y * c.stride - c.before + ky * c.dilation;
                const int to_z = z * c.stride - c.before + kz * c.dilation;
                if (to_y < 0 || to_y >= size || to_z < 0 || to_z >= size) continue;
                const int channel = i / inputs * kOutputs + o;
                sums[(channel * size + to_y) * size + to_z] +=
                    static_cast<double>(x[(i * kSize + y) * kSize + z]) *
                    static_cast<double>(w[((i * kOutputs + o) * c.kernel + ky) * c.kernel + kz]);
              }
    OnnxModel model = one_node("ConvTranspose", {1, kInputs, kSize, kSize}, 13, {"w", "b"});
    model.constant("w", {kInputs, kOutputs, c.kernel, c.kernel}, w).constant("b", {all}, b);
    model.attribute("strides", {c.stride, c.stride})
        .attribute("dilations", {c.dilation, c.dilation});
    model.attribute("pads", {c.before, c.before, c.after, c.after});
    model.attribute("output_padding", {c.extra, c.extra}).attribute("group", int64_t{c.groups});
    const Graph graph = model.import();
    const Floats found =
        from_channels_last(run(graph, {to_channels_last(x, {4, {1, kInputs, kSize, kSize}})})[0],
                           {4, {1, all, size, size}});
    expect_near({found}, {Floats(sums.begin(), sums.end())});
  }
}

// What TensorFlow Lite's padding expresses needs no more than the operator.
TEST(OnnxConvTranspose, NeedsNoSliceForCommonWindows) {
  for (const auto& [kernel, pad] : {std::pair{4, 1}, {2, 0}}) {
    OnnxModel model = one_node("ConvTranspose", {1, 1, 4, 4}, 13, {"w"});
    model.constant("w", {1, 1, kernel, kernel}, random_floats(kernel * kernel, 1));
    model.attribute("strides", {2, 2}).attribute("pads", {pad, pad, pad, pad});
    EXPECT_EQ(operator_types(model.import()), std::vector{OperatorType::TRANSPOSE_CONV});
  }
}

TEST(OnnxConvTranspose, OfSequences) {
  OnnxModel model = one_node("ConvTranspose", {1, 1, 3}, 13, {"w"});
  model.constant("w", {1, 2, 2}, {1, 10, 2, 3}).attribute("strides", std::vector<int64_t>{2});
  const Graph graph = model.attribute("pads", {1, 0}).import();
  EXPECT_EQ(to_string(graph.tensors[graph.outputs[0]].shape), "1x2x5");
  EXPECT_EQ(run(graph, {{1, 2, 3}})[0], (Floats{10, 2, 20, 3, 30, 3, 4, 6, 6, 9}));
}

TEST(OnnxConvTranspose, Errors) {
  const auto error = [](const char* attribute, const std::vector<int64_t>& value) {
    OnnxModel model = one_node("ConvTranspose", {1, 1, 4, 4}, 13, {"w"});
    return model.constant("w", {1, 1, 3, 3}, random_floats(9, 1))
        .attribute(attribute, value)
        .import_error();
  };
  EXPECT_THAT(error("output_padding", {1, 1}), HasSubstr("output_padding of 1 with a stride of 1"));
  EXPECT_THAT(error("pads", {-1, 0, 0, 0}), HasSubstr("pads of -1"));
  EXPECT_THAT(error("pads", {3, 0, 3, 0}), HasSubstr("for an output of 6"));
  EXPECT_THAT(error("output_shape", {9, 9}), HasSubstr("an output of 9"));
  EXPECT_THAT(error("strides", {0, 1}), HasSubstr("strides of 0"));
  EXPECT_THAT(one_node("ConvTranspose", {1, 3, 4, 4}, 13, {"w"})
                  .constant("w", {1, 1, 1, 1}, {1})
                  .import_error(),
              HasSubstr("does not fit 3 input channels"));
}

TEST(OnnxExpand, OfValuesAndConstants) {
  OnnxModel model = one_node("Expand", {2, 1}, 13, {"shape"}).integers("shape", {2, 1, 3});
  EXPECT_EQ(run(model.import(), {{1, 2}})[0], (Floats{1, 1, 1, 2, 2, 2, 1, 1, 1, 2, 2, 2}));
  OnnxModel constant;
  constant.input("x", {1, 3}).constant("c", {1}, {2}).integers("shape", {1, 3}).output("y");
  constant.node("Expand", {"c", "shape"}, "e").node("Add", {"x", "e"}, "y");
  EXPECT_EQ(run(constant.import(), {{1, 2, 3}})[0], (Floats{3, 4, 5}));
  EXPECT_THAT(one_node("Expand", {2, 3}, 13, {"shape"}).integers("shape", {2}).import_error(),
              HasSubstr("does not expand"));
}

TEST(OnnxTile, RepeatsTheWhole) {
  OnnxModel model = one_node("Tile", {2, 2}, 13, {"repeats"}).integers("repeats", {2, 3});
  EXPECT_EQ(run(model.import(), {{1, 2, 3, 4}})[0],
            (Floats{1, 2, 1, 2, 1, 2, 3, 4, 3, 4, 3, 4, 1, 2, 1, 2, 1, 2, 3, 4, 3, 4, 3, 4}));
  EXPECT_THAT(one_node("Tile", {2, 2}, 13, {"r"}).integers("r", {2, -1}).import_error(),
              HasSubstr("-1 repeats"));
}

}  // namespace
}  // namespace solder::compiler
