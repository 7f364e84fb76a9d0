// Configurations as the releases of Keras write them.
#include "compiler/importers/keras/keras_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compiler/importers/keras/keras_importer.h"
#include "compiler/importers/keras/testing.h"

namespace solder::compiler {
namespace {

using namespace testing;
using ::testing::HasSubstr;

// Two inputs a and b; the layers are in no useful order. y = relu(a + b) + b
const char* const kKeras2 = R"({"class_name": "Functional", "config": {"name": "m", "layers": [
  {"class_name": "Add", "config": {"name": "y"}, "name": "y",
   "inbound_nodes": [[["r", 0, 0, {}], ["b", 0, 0, {}]]]},
  {"class_name": "ReLU", "config": {"name": "r"}, "name": "r", "inbound_nodes": [[["s", 0, 0, {}]]]},
  {"class_name": "InputLayer", "config": {"batch_input_shape": [null, 2], "name": "a"}, "name": "a",
   "inbound_nodes": []},
  {"class_name": "Add", "config": {"name": "s"}, "name": "s",
   "inbound_nodes": [[["a", 0, 0, {}], ["b", 0, 0, {}]]]},
  {"class_name": "InputLayer", "config": {"batch_input_shape": [1, 2], "name": "b"}, "name": "b",
   "inbound_nodes": []}],
  "input_layers": [["a", 0, 0], ["b", 0, 0]], "output_layers": [["y", 0, 0]]}})";

const char* const kKeras3 = R"({"module": "keras.src.models.functional", "class_name": "Functional",
  "config": {"name": "m", "trainable": true, "layers": [
  {"module": "keras.layers", "class_name": "InputLayer", "config":
    {"batch_shape": [null, 2], "dtype": "float32", "sparse": false, "name": "a"},
   "registered_name": null, "name": "a", "inbound_nodes": []},
  {"module": "keras.layers", "class_name": "InputLayer", "config":
    {"batch_shape": [null, 2], "dtype": "float32", "sparse": false, "name": "b"},
   "registered_name": null, "name": "b", "inbound_nodes": []},
  {"module": "keras.layers", "class_name": "Add", "config": {"name": "s"}, "name": "s",
   "inbound_nodes": [{"args": [[
     {"class_name": "__keras_tensor__", "config": {"keras_history": ["a", 0, 0]}},
     {"class_name": "__keras_tensor__", "config": {"keras_history": ["b", 0, 0]}}]],
     "kwargs": {}}]},
  {"module": "keras.layers", "class_name": "ReLU", "config": {"name": "r"}, "name": "r",
   "inbound_nodes": [{"args": [
     {"class_name": "__keras_tensor__", "config": {"keras_history": ["s", 0, 0]}}],
     "kwargs": {}}]},
  {"module": "keras.layers", "class_name": "Add", "config": {"name": "y"}, "name": "y",
   "inbound_nodes": [{"args": [[
     {"class_name": "__keras_tensor__", "config": {"keras_history": ["r", 0, 0]}},
     {"class_name": "__keras_tensor__", "config": {"keras_history": ["b", 0, 0]}}]],
     "kwargs": {}}]}],
  "input_layers": [["a", 0, 0], ["b", 0, 0]], "output_layers": ["y", 0, 0]}})";

KerasFile file_of(const std::string& config) {
  KerasFile file({1});
  file.config = Json::parse(config);
  return file;
}

TEST(KerasModel, FunctionalOfKeras2And3) {
  for (const char* config : {kKeras2, kKeras3}) {
    const Graph graph = file_of(config).import();
    EXPECT_EQ(graph.name, "m");
    EXPECT_EQ(graph.tensors[graph.inputs[0]].name, "a");
    expect_near(run(graph, {{1, -5}, {2, 3}}), {{5, 3}});
  }
}

TEST(KerasModel, SequentialHasItsInputShapeInManyPlaces) {
  const Json layer = {{"class_name", "ReLU"}, {"config", {{"name", "r"}}}};
  const auto import = [](const Json& config) {
    KerasFile file({1});
    file.config = {{"class_name", "Sequential"}, {"config", config}};
    const Graph graph = file.import();
    return graph.tensors[graph.inputs[0]].name + " " +
           to_string(graph.tensors[graph.inputs[0]].shape);
  };
  Json known = layer;
  known["config"]["batch_input_shape"] = {nullptr, 3, 4};
  EXPECT_EQ(import({{"layers", {known}}}), "r_input 1x3x4");
  EXPECT_EQ(import(Json::array({known})), "r_input 1x3x4");  // early Keras 2
  EXPECT_EQ(import({{"layers", {layer}}, {"build_input_shape", {nullptr, 5}}}), "r_input 1x5");
  const Json tuple = {{"class_name", "TensorShape"}, {"items", {nullptr, 6}}};
  EXPECT_EQ(import({{"layers", {layer}}, {"build_input_shape", tuple}}), "r_input 1x6");
  Json built = layer;
  built["build_config"] = {{"input_shape", {nullptr, 7}}};
  EXPECT_EQ(import({{"layers", {built}}}), "r_input 1x7");
  EXPECT_EQ(import({{"layers", {layer}}, {"build_config", {{"input_shape", {2, 8}}}}}),
            "r_input 2x8");
}

TEST(KerasModel, InputErrors) {
  const auto error = [](const Json& input) {
    KerasFile file({1});
    file.layer("ReLU").config["config"]["layers"][0]["config"] = input;
    return file.import_error();
  };
  EXPECT_EQ(error({{"name", "x"}, {"batch_input_shape", {nullptr, nullptr, 3}}}),
            "input \"x\": shape [null,null,3] is open in more than the batch; build the model "
            "with fixed sizes");
  EXPECT_THAT(error({{"name", "x"}}), HasSubstr("does not say its shape"));
  EXPECT_THAT(error({{"name", "x"}, {"batch_shape", {nullptr, 0}}}), HasSubstr("dimension 1 is 0"));
  EXPECT_THAT(error({{"name", "x"}, {"batch_shape", {nullptr, 1 << 20, 1 << 20}}}),
              HasSubstr("more than"));
  EXPECT_THAT(error({{"name", "x"}, {"batch_shape", {nullptr, 1, 1, 1, 1, 1}}}),
              HasSubstr("6 dimensions"));
  EXPECT_THAT(error({{"name", "x"}, {"batch_shape", {nullptr, 2}}, {"dtype", "string"}}),
              HasSubstr("input \"x\" is of type string"));
}

// A layer that is called twice computes twice with the same weights.
TEST(KerasModel, SharedLayer) {
  KerasFile file({2});
  const std::vector<KerasWeight> kernel = {{"kernel:0", {2, 2}, {0, 1, 2, 0}}};
  file.layer("Dense", {{"name", "d"}, {"units", 2}, {"use_bias", false}}, kernel).layer("Add");
  file.config["class_name"] = "Model";
  Json& config = file.config["config"];
  config["layers"][1]["inbound_nodes"] = {{{"x", 0, 0, Json::object()}},
                                          {{"d", 0, 0, Json::object()}}};
  config["layers"][2]["inbound_nodes"] = {
      {{"d", 0, 0, Json::object()}, {"d", 1, 0, Json::object()}}};
  config["input_layers"] = {{"x", 0, 0}};
  config["output_layers"] = {{"y", 0, 0}};
  // (2 b, a) and of that (2 a, 2 b)
  expect_near(run(file.import(), {{1, 10}}), {{22, 21}});
}

// Dense within a model within a Sequential model; Keras 2 lists all its weights in one group.
KerasFile nested() {
  KerasFile inner({2});
  inner.layer("Dense", {{"name", "d"}, {"units", 2}, {"use_bias", false}}, {{"kernel:0", {2, 2}}});
  inner.layer("Dense", {{"name", "e"}, {"units", 1}, {"use_bias", false}}, {{"kernel:0", {2, 1}}});
  inner.config["config"]["name"] = "inner";
  KerasFile file({2});
  file.config["config"]["layers"].push_back(inner.config);
  file.layer("ReLU");
  file.weights("inner", "layers/sequential/layers/dense",
               {{"d/kernel:0", {2, 2}, {1, 2, 3, 4}}, {"e/kernel:0", {2, 1}, {1, 10}}});
  return file;
}

TEST(KerasModel, ModelWithinAModel) {
  KerasFile file = nested();
  expect_near(run(import_keras_h5(file.h5()), {{1, 1}}), {{64}});
  // Without an Input of its own, the outer model has the shape of the inner one.
  file.config["config"]["layers"].erase(0);
  expect_near(run(import_keras_h5(file.h5()), {{1, 1}}), {{64}});
}

TEST(KerasModel, ModelWithinAFunctionalModel) {
  for (const int node : {0, 1}) {  // both are how releases count
    KerasFile file = nested();
    file.config["class_name"] = "Functional";
    Json& config = file.config["config"];
    config["layers"][1]["inbound_nodes"] = {{{"x", 0, 0, Json::object()}}};
    config["layers"][2]["inbound_nodes"] = {{{"inner", node, 0, Json::object()}}};
    config["input_layers"] = {{"x", 0, 0}};
    config["output_layers"] = {{"y", 0, 0}};
    expect_near(run(import_keras_h5(file.h5()), {{1, 1}}), {{64}});
  }
}

TEST(KerasModel, Errors) {
  const auto error = [](auto change) {
    Json config = Json::parse(kKeras2);
    change(config, config["config"]["layers"]);
    return file_of(config.dump()).import_error();
  };
  EXPECT_EQ(error([](Json& c, Json&) { c["class_name"] = "Transformer"; }),
            "the model is a Transformer; only Sequential and Functional models are supported");
  EXPECT_EQ(error([](Json& c, Json&) { c = Json::object(); }),
            "the model is a unknown; only Sequential and Functional models are supported");
  EXPECT_THAT(error([](Json&, Json& l) { l = Json::array(); }), HasSubstr("no layers"));
  EXPECT_THAT(error([](Json&, Json& l) { l[0] = 5; }), HasSubstr("layer 0 of the model has no"));
  EXPECT_THAT(error([](Json& c, Json&) { c["config"].erase("output_layers"); }),
              HasSubstr("inputs and outputs"));
  EXPECT_THAT(error([](Json&, Json& l) { l[1]["inbound_nodes"][0][0][0] = "y"; }),
              HasSubstr("in a circle"));
  EXPECT_THAT(error([](Json&, Json& l) { l[1]["inbound_nodes"][0][0][0] = "q"; }),
              HasSubstr("layer \"q\" is read, but does not exist"));
  EXPECT_THAT(error([](Json&, Json& l) { l[1]["inbound_nodes"][0][0][1] = 1; }),
              HasSubstr("layer \"s\" has no call number 1"));
  EXPECT_THAT(error([](Json&, Json& l) { l[1]["inbound_nodes"][0][0][2] = -1; }),
              HasSubstr("layer \"s\" has no output number -1"));
  EXPECT_THAT(error([](Json&, Json& l) { l[1]["inbound_nodes"] = {{}}; }),
              HasSubstr("connections are damaged"));
  EXPECT_THAT(error([](Json&, Json& l) { l[1]["name"] = "y"; }),
              HasSubstr("two layers are named \"y\""));
  EXPECT_THAT(error([](Json& c, Json&) { c["config"]["input_layers"] = "a"; }),
              HasSubstr("connections are damaged"));
}

TEST(KerasModel, DeepNesting) {
  KerasFile file({1});
  for (int i = 0; i < 40; ++i) {
    const Json inner = file.config;
    file.config["config"]["layers"] = Json::array({inner});
  }
  EXPECT_THAT(file.import_error(), HasSubstr("nested too deeply"));
  std::string brackets(100'000, '[');
  EXPECT_THROW(keras::parse_json("{\"a\":" + brackets, "it"), ModelError);
}

}  // namespace
}  // namespace solder::compiler
