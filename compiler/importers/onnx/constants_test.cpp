#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compiler/importers/onnx/testing.h"
#include "compiler/testing/graphs.h"

namespace solder::compiler {
namespace {

using namespace testing;
using ::testing::HasSubstr;

// A 1x12 input reshaped by whatever `prepare` makes of constants under the name "shape".
template <class Prepare>
std::string reshaped_by(Prepare prepare) {
  OnnxModel model;
  model.input("x", {1, 12}).output("y");
  prepare(model);
  model.node("Reshape", {"x", "shape"}, "y");
  const Graph graph = model.import();
  return to_string(graph.tensors[graph.outputs[0]].shape);
}

TEST(OnnxConstant, OfIntegers) {
  EXPECT_EQ(reshaped_by([](OnnxModel& model) {
              model.node("Constant", {}, "shape").attribute("value_ints", {3, 4});
            }),
            "3x4");
}

TEST(OnnxSlice, OfIntegers) {
  const auto sliced = [](const std::vector<int64_t>& starts, const std::vector<int64_t>& ends,
                         const std::vector<int64_t>& steps) {
    return reshaped_by([&](OnnxModel& model) {
      model.integers("data", {2, 3, 4, 6, 12}).integers("axes", {0});
      model.integers("starts", starts).integers("ends", ends).integers("steps", steps);
      model.node("Slice", {"data", "starts", "ends", "axes", "steps"}, "shape");
    });
  };
  EXPECT_EQ(sliced({0}, {4}, {3}), "2x6");
  EXPECT_EQ(sliced({1}, {3}, {1}), "3x4");
  EXPECT_EQ(sliced({-1}, {INT64_MAX}, {1}), "12");
  EXPECT_EQ(sliced({-2}, {INT64_MIN}, {-3}), "6x2");
  EXPECT_EQ(sliced({3}, {-100}, {-3}), "6x2");
  EXPECT_EQ(sliced({-100}, {100}, {3}), "2x6");
}

TEST(OnnxSlice, Errors) {
  OnnxModel model;
  model.input("x", {1, 12}).output("y").integers("a", {1, 2}).integers("b", {1});
  model.node("Slice", {"x", "x", "b"}, "y");
  EXPECT_THAT(model.import_error(), HasSubstr("'x' must be a constant of integers"));
  model.proto.mutable_graph()->mutable_node(0)->set_input(1, "b");
  model.proto.mutable_graph()->mutable_node(0)->set_input(0, "a");
  EXPECT_THAT(model.import_error(), HasSubstr("its result is empty"));
  model.proto.mutable_graph()->mutable_node(0)->set_input(2, "a");
  EXPECT_THAT(model.import_error(), HasSubstr("differ in length"));
}

// torch.nn.functional.pad: pads come innermost dimension first and are turned round at run time.
TEST(OnnxPad, AsPyTorchComputesIt) {
  OnnxModel model;
  model.input("x", {1, 1, 2, 3}).output("y").integers("pads", {1, 2, 0, 1});
  model.integers("four", {4}).integers("rows", {-1, 2}).integers("flat", {-1});
  model.integers("zero", {0}).integers("last", {-1}).integers("front", {INT64_MIN});
  model.node("ConstantOfShape", {"four"}, "zeros");
  auto* value = model.proto.mutable_graph()->mutable_node(0)->add_attribute();
  value->set_name("value");
  value->set_type(onnx::AttributeProto::TENSOR);
  value->mutable_t()->set_data_type(onnx::TensorProto::INT64);
  value->mutable_t()->add_dims(1);
  value->mutable_t()->add_int64_data(0);
  model.node("Concat", {"pads", "zeros"}, "all").attribute("axis", int64_t{0});
  model.node("Reshape", {"all", "rows"}, "pairs");
  model.node("Slice", {"pairs", "last", "front", "zero", "last"}, "reversed");
  model.node("Transpose", {"reversed"}, "columns").attribute("perm", {1, 0});
  model.node("Reshape", {"columns", "flat"}, "onnx_pads");
  model.node("Cast", {"onnx_pads"}, "cast").attribute("to", int64_t{onnx::TensorProto::INT64});
  model.node("Pad", {"x", "cast"}, "y");
  const Graph graph = model.import();
  EXPECT_EQ(operator_types(graph), std::vector{OperatorType::PAD});
  // Height 2 and 0 + 1, width 3 and 1 + 2.
  EXPECT_EQ(to_string(graph.tensors[graph.outputs[0]].shape), "1x3x6x1");
}

TEST(OnnxCast, OnlyToTheSame) {
  EXPECT_THAT(
      one_node("Cast", {1, 2}).attribute("to", int64_t{onnx::TensorProto::INT64}).import_error(),
      HasSubstr("only casts that change nothing"));
}

}  // namespace
}  // namespace solder::compiler
