// Layers that move elements, and those that put tensors together.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compiler/importers/keras/testing.h"

namespace solder::compiler {
namespace {

using namespace testing;
using ::testing::HasSubstr;

TEST(KerasShape, FlattenAndReshape) {
  const Floats x = counting_floats(12);
  const auto shape_of = [&](const char* class_name, const Json& arguments) {
    const Graph graph = one_layer({2, 3, 2}, class_name, arguments).import();
    expect_near(run(graph, {x}), {x});
    return to_string(graph.tensors[graph.outputs[0]].shape);
  };
  EXPECT_EQ(shape_of("Flatten", Json::object()), "1x12");
  EXPECT_EQ(shape_of("Reshape", {{"target_shape", {4, 3}}}), "1x4x3");
  EXPECT_EQ(shape_of("Reshape", {{"target_shape", {-1, 6}}}), "1x2x6");
}

TEST(KerasShape, Permute) {
  const Graph graph = one_layer({2, 3}, "Permute", {{"dims", {2, 1}}}).import();
  EXPECT_EQ(to_string(graph.tensors[graph.outputs[0]].shape), "1x3x2");
  expect_near(run(graph, {{1, 2, 3, 4, 5, 6}}), {{1, 4, 2, 5, 3, 6}});
}

TEST(KerasShape, ZeroPadding) {
  const auto padded = [](const std::vector<int64_t>& input, const char* class_name,
                         const Json& padding) {
    return run(one_layer(input, class_name, {{"padding", padding}}).import(), {{1, 2}});
  };
  expect_near(padded({2, 1}, "ZeroPadding1D", 1), {{0, 1, 2, 0}});
  expect_near(padded({2, 1}, "ZeroPadding1D", {0, 2}), {{1, 2, 0, 0}});
  expect_near(padded({1, 2, 1}, "ZeroPadding2D", {0, 1}), {{0, 1, 2, 0}});
  expect_near(padded({1, 2, 1}, "ZeroPadding2D", {{0, 1}, {1, 0}}), {{0, 1, 2, 0, 0, 0}});
  expect_near(padded({1, 2, 1}, "ZeroPadding2D", 1), {{0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 0}});
}

TEST(KerasShape, Cropping) {
  const auto cropped = [](const std::vector<int64_t>& input, const char* class_name,
                          const Json& cropping, const Floats& x) {
    return run(one_layer(input, class_name, {{"cropping", cropping}}).import(), {x});
  };
  expect_near(cropped({4, 1}, "Cropping1D", {1, 2}, {1, 2, 3, 4}), {{2}});
  expect_near(cropped({3, 3, 1}, "Cropping2D", 1, counting_floats(9)), {{5}});
  expect_near(cropped({3, 3, 1}, "Cropping2D", {{1, 0}, {0, 2}}, counting_floats(9)), {{4, 7}});
  EXPECT_THAT(one_layer({2, 1}, "Cropping1D", {{"cropping", {1, 1}}}).import_error(),
              HasSubstr("nothing is left"));
}

TEST(KerasShape, UpSampling) {
  expect_near(run(one_layer({2, 2}, "UpSampling1D", {{"size", 2}}).import(), {{1, 2, 3, 4}}),
              {{1, 2, 1, 2, 3, 4, 3, 4}});
  expect_near(run(one_layer({1, 2, 1}, "UpSampling2D", {{"size", {2, 3}}}).import(), {{1, 2}}),
              {{1, 1, 1, 2, 2, 2, 1, 1, 1, 2, 2, 2}});
  // Pixels have their centres half a pixel from the edge.
  const Json bilinear = {{"size", {1, 2}}, {"interpolation", "bilinear"}};
  expect_near(run(one_layer({1, 2, 1}, "UpSampling2D", bilinear).import(), {{1, 2}}),
              {{1, 1.25F, 1.75F, 2}});
  EXPECT_THAT(one_layer({1, 2, 1}, "UpSampling2D", {{"interpolation", "area"}}).import_error(),
              HasSubstr("interpolation \"area\""));
}

TEST(KerasShape, RepeatVector) {
  const Graph graph = one_layer({2}, "RepeatVector", {{"n", 3}}).import();
  EXPECT_EQ(to_string(graph.tensors[graph.outputs[0]].shape), "1x3x2");
  expect_near(run(graph, {{1, 2}}), {{1, 2, 1, 2, 1, 2}});
}

// Keras calls the indices floats.
TEST(KerasShape, Embedding) {
  const Json arguments = {{"input_dim", 3}, {"output_dim", 2}};
  const Graph graph = one_layer({2}, "Embedding", arguments, {{"embeddings", {3, 2}}}).import();
  EXPECT_EQ(graph.tensors[graph.inputs[0]].type, TensorType::INT32);
  const int32_t words[] = {2, 0};
  const auto* first = reinterpret_cast<const uint8_t*>(words);
  const auto bytes = run_bytes(graph, {{first, first + sizeof(words)}})[0];
  const auto* floats = reinterpret_cast<const float*>(bytes.data());
  EXPECT_EQ(Floats(floats, floats + 4), (Floats{5, 6, 1, 2}));
  Json masked = arguments;
  masked["mask_zero"] = true;
  EXPECT_THAT(one_layer({2}, "Embedding", masked, {{"embeddings", {3, 2}}}).import_error(),
              HasSubstr("mask_zero"));
}

TEST(KerasShape, NothingHappensInInference) {
  KerasFile file({2});
  for (const char* name :
       {"Dropout", "GaussianNoise", "GaussianDropout", "AlphaDropout", "ActivityRegularization"})
    file.layer(name, {{"name", name}, {"rate", 0.5}});
  file.layer("ReLU");
  EXPECT_EQ(operator_types(file.import()), std::vector{OperatorType::RELU});
  EXPECT_EQ(one_layer({2}, "Dropout").import_error(), "the model computes nothing");
}

TEST(KerasShape, Errors) {
  const auto error = [](const char* class_name, const Json& arguments) {
    return one_layer({2, 3, 2}, class_name, arguments).import_error();
  };
  EXPECT_THAT(error("Reshape", {{"target_shape", {5}}}), HasSubstr("1x2x3x2 cannot become 1x5"));
  EXPECT_THAT(error("Reshape", {{"target_shape", {-1, -1}}}), HasSubstr("dimension 2 is -1"));
  EXPECT_THAT(error("Reshape", {{"target_shape", {-1, 1e18, 1e18}}}), HasSubstr("no list"));
  EXPECT_THAT(error("Reshape", {{"target_shape", {-1, int64_t{1} << 62, int64_t{1} << 62}}}),
              HasSubstr("dimension 1 is 0"));
  EXPECT_THAT(error("Permute", {{"dims", {1, 1, 2}}}), HasSubstr("dims [1,1,2]"));
  EXPECT_THAT(error("Permute", Json::object()), HasSubstr("dims missing"));
  EXPECT_THAT(error("ZeroPadding2D", {{"padding", {{1, -1}, {0, 0}}}}), HasSubstr("padding is"));
  EXPECT_THAT(error("ZeroPadding2D", {{"padding", {1, 2, 3}}}), HasSubstr("padding is [1,2,3]"));
  EXPECT_THAT(error("ZeroPadding2D", {{"padding", 1 << 28}}), HasSubstr("more than"));
}

// Two inputs and a layer of both.
KerasFile merge(const char* class_name, const std::vector<int64_t>& a,
                const std::vector<int64_t>& b, const Json& arguments = Json::object()) {
  KerasFile file(a);
  Json& layers = file.config["config"]["layers"];
  Json second = KerasFile(b).config["config"]["layers"][0];
  second["config"]["name"] = "z";
  layers.push_back(second);
  file.layer(class_name, arguments);
  layers[2]["inbound_nodes"] = {{{"x", 0, 0, Json::object()}, {"z", 0, 0, Json::object()}}};
  file.config["class_name"] = "Functional";
  file.config["config"]["input_layers"] = {{"x", 0, 0}, {"z", 0, 0}};
  file.config["config"]["output_layers"] = {{"y", 0, 0}};
  return file;
}

TEST(KerasMerge, Add) {
  expect_near(run(merge("Add", {2}, {2}).import(), {{1, 2}, {3, 5}}), {{4, 7}});
  expect_near(run(merge("Add", {2, 2}, {1, 2}).import(), {{1, 2, 3, 4}, {3, 5}}), {{4, 7, 6, 9}});
}

TEST(KerasMerge, Elementwise) {
  const auto outputs = [](const char* class_name) {
    return run(merge(class_name, {2}, {2}).import(), {{1, 7}, {3, 5}});
  };
  expect_near(outputs("Subtract"), {{-2, 2}});
  expect_near(outputs("Multiply"), {{3, 35}});
  expect_near(outputs("Maximum"), {{3, 7}});
  expect_near(outputs("Minimum"), {{1, 5}});
  expect_near(outputs("Average"), {{2, 6}});
}

TEST(KerasMerge, Errors) {
  EXPECT_THAT(merge("Add", {2}, {3}).import_error(), HasSubstr("shapes 1x2 and 1x3 do not fit"));
  EXPECT_THAT(merge("Add", {2, 2}, {2}).import_error(), HasSubstr("do not fit"));
  EXPECT_THAT(one_layer({2}, "Add").import_error(), HasSubstr("it has 1 inputs, two or more"));
  EXPECT_THAT(merge("Flatten", {2}, {2}).import_error(), HasSubstr("it has 2 inputs, one"));
}

TEST(KerasMerge, AddOfThree) {
  KerasFile file = merge("Add", {2}, {2});
  file.config["config"]["layers"][2]["inbound_nodes"][0].push_back({"x", 0, 0, Json::object()});
  expect_near(run(file.import(), {{1, 2}, {3, 5}}), {{5, 9}});
}

TEST(KerasMerge, Concatenate) {
  expect_near(run(merge("Concatenate", {1, 2}, {1, 1}).import(), {{1, 2}, {3}}), {{1, 2, 3}});
  expect_near(run(merge("Concatenate", {1, 1}, {2, 1}, {{"axis", 1}}).import(), {{1}, {2, 3}}),
              {{1, 2, 3}});
  EXPECT_THAT(merge("Concatenate", {1, 2}, {2, 2}).import_error(), HasSubstr("along axis -1"));
  EXPECT_THAT(merge("Concatenate", {2}, {2}, {{"axis", 0}}).import_error(), HasSubstr("axis 0"));
}

}  // namespace
}  // namespace solder::compiler
