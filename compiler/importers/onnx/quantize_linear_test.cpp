#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "compiler/importers/importer.h"
#include "compiler/importers/onnx/testing.h"
#include "compiler/passes/passes.h"
#include "compiler/testing/graphs.h"

namespace solder::compiler {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Type = onnx::TensorProto;

constexpr float kInputScale = 0.0123F, kHiddenScale = 0.0345F, kOutputScale = 0.0567F;
constexpr int32_t kInputZero = 121, kOutputZero = 90;
const Floats kFilterScale = {0.011F, 0.0073F, 0.0197F};
constexpr float kDenseScale = 0.0091F;

// What QuantizeLinear and DequantizeLinear make of a value.
float rounded(float value, float scale, int32_t zero_point) {
  const float level = std::nearbyint(value / scale) + static_cast<float>(zero_point);
  return scale * (std::clamp(level, 0.0F, 255.0F) - static_cast<float>(zero_point));
}

std::vector<int32_t> some_levels(int64_t count, uint32_t seed) {
  std::vector<int32_t> levels;
  for (const float value : random_floats(count, seed))
    levels.push_back(static_cast<int32_t>(value * 127));
  return levels;
}

// A QuantizeLinear and a DequantizeLinear of UINT8, with constants of their own.
void add_pair(OnnxModel& model, const std::string& from, const std::string& to, float scale,
              int32_t zero_point) {
  model.constant(to + "_scale", {}, {scale}).levels(to + "_zero", {}, {zero_point}, Type::UINT8);
  model.node("QuantizeLinear", {from, to + "_scale", to + "_zero"}, to + "_q");
  model.node("DequantizeLinear", {to + "_q", to + "_scale", to + "_zero"}, to);
}

struct Form {
  const char* name;
  bool has_float_weights;  // rounded in the graph, as PyTorch writes them; else INT8, as ONNX
                           // Runtime does
};

const std::vector<int32_t> kFilter = some_levels(54, 1), kDense = some_levels(48, 2);
const std::vector<int32_t> kBias = {500, -1200, 77};

// conv, relu, max pool, flatten, dense
OnnxModel qdq_model(const Form& form) {
  OnnxModel model;
  model.input("x", {1, 2, 6, 6}).output("y");
  add_pair(model, "x", "in", kInputScale, kInputZero);
  model.constant("ws", {3}, kFilterScale).levels("wz", {3}, {0, 0, 0}, Type::INT8);
  if (form.has_float_weights) {
    Floats filter;
    for (size_t i = 0; i < 54; ++i)
      filter.push_back(kFilterScale[i / 18] * static_cast<float>(kFilter[i]));
    model.constant("wf", {3, 2, 3, 3}, filter).node("QuantizeLinear", {"wf", "ws", "wz"}, "wq");
    model.attribute("axis", int64_t{0});
  } else {
    model.levels("wq", {3, 2, 3, 3}, kFilter, Type::INT8);
  }
  model.node("DequantizeLinear", {"wq", "ws", "wz"}, "w").attribute("axis", int64_t{0});
  Floats bias_scale;
  for (const float scale : kFilterScale) bias_scale.push_back(kInputScale * scale);
  model.constant("bs", {3}, bias_scale).levels("bq", {3}, kBias, Type::INT32);
  model.node("DequantizeLinear", {"bq", "bs"}, "b").attribute("axis", int64_t{0});
  model.node("Conv", {"in", "w", "b"}, "c").node("Relu", {"c"}, "r");
  add_pair(model, "r", "hidden", kHiddenScale, 0);
  model.node("MaxPool", {"hidden"}, "p").attribute("kernel_shape", std::vector<int64_t>{2, 2});
  model.attribute("strides", std::vector<int64_t>{2, 2}).node("Flatten", {"p"}, "f");
  // UINT8 weights with the zero point in the middle are INT8 weights.
  std::vector<int32_t> dense = kDense;
  for (int32_t& level : dense) level += 128;
  model.levels("dq", {4, 12}, dense, Type::UINT8).constant("ds", {}, {kDenseScale});
  model.levels("dz", {}, {128}, Type::UINT8).node("DequantizeLinear", {"dq", "ds", "dz"}, "d");
  model.node("Gemm", {"f", "d"}, "g").attribute("transB", int64_t{1});
  add_pair(model, "g", "y", kOutputScale, kOutputZero);
  return model;
}

// The same in floats.
Floats expected_output(const Floats& input) {
  Floats hidden;
  for (int c = 0; c < 3; ++c)
    for (int y = 0; y < 4; ++y)
      for (int x = 0; x < 4; ++x) {
        float sum = kInputScale * kFilterScale[c] * static_cast<float>(kBias[c]);
        for (int i = 0; i < 2; ++i)
          for (int k = 0; k < 9; ++k)
            sum += rounded(input[(i * 6 + y + k / 3) * 6 + x + k % 3], kInputScale, kInputZero) *
                   kFilterScale[c] * static_cast<float>(kFilter[(c * 2 + i) * 9 + k]);
        hidden.push_back(rounded(std::max(sum, 0.0F), kHiddenScale, 0));
      }
  Floats output(4);
  for (int out = 0; out < 4; ++out) {
    for (int i = 0; i < 12; ++i) {
      const float* corner = &hidden[i / 4 * 16 + i / 2 % 2 * 8 + i % 2 * 2];
      const float pooled = std::max({corner[0], corner[1], corner[4], corner[5]});
      output[out] += pooled * kDenseScale * static_cast<float>(kDense[out * 12 + i]);
    }
    output[out] = rounded(output[out], kOutputScale, kOutputZero);
  }
  return output;
}

class Qdq : public ::testing::TestWithParam<Form> {};
INSTANTIATE_TEST_SUITE_P(Forms, Qdq,
                         ::testing::Values(Form{"PyTorch", true}, Form{"OnnxRuntime", false}),
                         [](const auto& test) { return test.param.name; });

TEST_P(Qdq, KeepsEveryScaleAndLevel) {
  Graph graph = qdq_model(GetParam()).import();
  run_passes(graph);
  ASSERT_EQ(operator_types(graph),
            (std::vector{OperatorType::QUANTIZE, OperatorType::CONV_2D, OperatorType::MAX_POOL_2D,
                         OperatorType::FULLY_CONNECTED, OperatorType::DEQUANTIZE}));
  const auto output = [&](int op) { return graph.tensors[graph.operators[op].outputs[0]]; };
  const auto input = [&](int op, int i) { return graph.tensors[graph.operators[op].inputs[i]]; };
  EXPECT_EQ(output(0).quantization, (Quantization{{kInputScale}, {kInputZero - 128}, 0}));
  EXPECT_EQ(output(1).quantization, (Quantization{{kHiddenScale}, {-128}, 0}));
  EXPECT_EQ(output(2).quantization, (Quantization{{kHiddenScale}, {-128}, 0}));
  EXPECT_EQ(output(3).quantization, (Quantization{{kOutputScale}, {kOutputZero - 128}, 0}));
  EXPECT_EQ(graph.operators[1].options.activation, Activation::RELU);
  EXPECT_EQ(input(1, 1).quantization, (Quantization{kFilterScale, {0, 0, 0}, 0}));
  EXPECT_EQ(input(3, 1).quantization, (Quantization{{kDenseScale}, {0}, 0}));
  EXPECT_THAT(input(1, 2).values<int32_t>(), ElementsAre(500, -1200, 77));
  EXPECT_EQ(input(1, 2).quantization.scale[1], kInputScale * kFilterScale[1]);
  // Channel 1, row 2, column 0, input 1.
  EXPECT_EQ(input(1, 1).values<int8_t>()[((1 * 3 + 2) * 3 + 0) * 2 + 1],
            kFilter[((1 * 2 + 1) * 3 + 2) * 3 + 0]);
}

TEST_P(Qdq, ComputesWhatFloatsCompute) {
  Graph graph = qdq_model(GetParam()).import();
  int equal = 0;
  for (uint32_t seed = 1; seed <= 50; ++seed) {
    const Floats input = random_floats(72, seed);
    const Floats found = run(graph, {to_channels_last(input, {4, {1, 2, 6, 6}})})[0];
    const Floats expected = expected_output(input);
    for (int i = 0; i < 4; ++i) {
      EXPECT_NEAR(found[i], expected[i], 1.01F * kOutputScale) << seed;
      equal += std::abs(found[i] - expected[i]) < 0.01F * kOutputScale ? 1 : 0;
    }
  }
  EXPECT_GT(equal, 190) << "of 200";
}

TEST(OnnxQuantizeLinear, TheTrainedNetworkIsOfIntegers) {
  const std::filesystem::path path = std::filesystem::path(SOLDER_SOURCE_DIR) / "models/mnist";
  Graph graph = import_model(path / "mnist_qat.onnx");
  run_passes(graph);
  EXPECT_EQ(operator_types(graph),
            (std::vector{OperatorType::QUANTIZE, OperatorType::CONV_2D, OperatorType::MAX_POOL_2D,
                         OperatorType::CONV_2D, OperatorType::MAX_POOL_2D, OperatorType::CONV_2D,
                         OperatorType::FULLY_CONNECTED, OperatorType::FULLY_CONNECTED,
                         OperatorType::DEQUANTIZE, OperatorType::SOFTMAX}));
}

// No INT8 kernel has such weights: the convolution stays one of floats.
TEST(OnnxDequantizeLinear, WeightsWithAZeroPointBecomeFloats) {
  OnnxModel model = one_node("Conv", {1, 1, 2, 2}, 13, {"w"});
  model.levels("q", {1, 1, 1, 1}, {150}, Type::UINT8).constant("s", {}, {0.5F});
  model.levels("z", {}, {100}, Type::UINT8).node("DequantizeLinear", {"q", "s", "z"}, "w");
  auto* nodes = model.proto.mutable_graph()->mutable_node();
  nodes->SwapElements(0, 1);
  EXPECT_EQ(run(model.import(), {{1, 2, 3, 4}}), (std::vector<Floats>{{25, 50, 75, 100}}));
}

TEST(OnnxQuantizeLinear, RoundsHalvesOfConstantsToEven) {
  for (const int64_t opset : {10, 13, 18}) {
    OnnxModel model(opset);
    model.input("x", {1, 4}).output("y").constant("c", {4}, {0.5F, 1.5F, -0.5F, 300});
    model.constant("s", {}, {1}).node("QuantizeLinear", {"c", "s"}, "q");
    model.node("DequantizeLinear", {"q", "s"}, "d").node("Add", {"x", "d"}, "y");
    EXPECT_EQ(run(model.import(), {{0, 0, 0, 0}}), (std::vector<Floats>{{0, 2, 0, 255}})) << opset;
  }
}

TEST(OnnxQuantizeLinear, Errors) {
  OnnxModel many = one_node("QuantizeLinear", {1, 2}, 13, {"s"}).constant("s", {2}, {1, 2});
  EXPECT_THAT(many.import_error(), HasSubstr("2 scales; activations must have one"));
  OnnxModel zero = one_node("QuantizeLinear", {1, 2}, 13, {"s"}).constant("s", {}, {0});
  EXPECT_THAT(zero.import_error(), HasSubstr("scale 0 with zero point 0"));
  OnnxModel end = one_node("QuantizeLinear", {1, 2}, 13, {"s"}).constant("s", {}, {1});
  EXPECT_THAT(end.import_error(), HasSubstr("output 'y' is quantized; end with DequantizeLinear"));
  OnnxModel other(13);
  other.input("x", {1, 2}).output("y").constant("s", {}, {1}).constant("t", {}, {2});
  other.node("QuantizeLinear", {"x", "s"}, "q").node("DequantizeLinear", {"q", "t"}, "y");
  EXPECT_THAT(other.import_error(), HasSubstr("not that of the QuantizeLinear before it"));
  OnnxModel relu(13);
  relu.input("x", {1, 2}).output("y").constant("s", {}, {1});
  relu.node("QuantizeLinear", {"x", "s"}, "q").node("Relu", {"q"}, "y");
  EXPECT_THAT(relu.import_error(), HasSubstr("only DequantizeLinear may read it"));
  for (const char* type : {"QLinearConv", "QLinearMatMul", "ConvInteger", "MatMulInteger"})
    EXPECT_THAT(one_node(type, {1, 2}).import_error(), HasSubstr("quantize to the QDQ format"));
}

}  // namespace
}  // namespace solder::compiler
