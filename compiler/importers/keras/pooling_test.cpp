#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compiler/importers/keras/testing.h"

namespace solder::compiler {
namespace {

using namespace testing;
using ::testing::HasSubstr;

const std::vector<int64_t> kImage = {3, 3, 1};
const Floats kPixels = {1, 2, 3, 4, 5, 6, 7, 8, -9};

std::vector<Floats> pooled(const char* class_name, const Json& arguments) {
  return run(one_layer(kImage, class_name, arguments).import(), {kPixels});
}

TEST(KerasPooling2D, WindowsAndPadding) {
  expect_near(pooled("MaxPooling2D", {{"pool_size", {2, 2}}}), {{5}});
  expect_near(pooled("MaxPooling2D", {{"pool_size", 2}, {"strides", {1, 1}}}), {{5, 6, 8, 8}});
  expect_near(pooled("MaxPooling2D", {{"pool_size", {2, 2}}, {"padding", "same"}}),
              {{5, 6, 8, -9}});
  expect_near(pooled("AveragePooling2D", {{"pool_size", {2, 2}}, {"strides", nullptr}}), {{3}});
  // What lies outside does not count.
  expect_near(pooled("AveragePooling2D", {{"pool_size", {2, 2}}, {"padding", "same"}}),
              {{3, 4.5F, 7.5F, -9}});
}

TEST(KerasPooling1D, KeepsRank) {
  for (const Json& size : {Json(2), Json({2})}) {
    const Graph graph = one_layer({4, 2}, "MaxPooling1D", {{"pool_size", size}}).import();
    EXPECT_EQ(graph.tensors[graph.outputs[0]].shape, (Shape{3, {1, 2, 2}}));
    expect_near(run(graph, {{1, 2, 3, 0, 5, 6, 7, 9}}), {{3, 2, 7, 9}});
  }
  const Graph graph =
      one_layer({4, 2}, "AveragePooling1D", {{"pool_size", {2}}, {"strides", {2}}}).import();
  expect_near(run(graph, {{1, 2, 3, 0, 5, 6, 7, 9}}), {{2, 1, 6, 7.5F}});
}

TEST(KerasGlobalPooling, WithAndWithoutDimensions) {
  struct Case {
    std::vector<int64_t> input;
    const char* class_name;
    bool keepdims;
    Shape shape;
    float result;
  };
  const Case cases[] = {
      {{3, 3, 1}, "GlobalAveragePooling2D", false, {2, {1, 1}}, 3},
      {{3, 3, 1}, "GlobalAveragePooling2D", true, {4, {1, 1, 1, 1}}, 3},
      {{9, 1}, "GlobalAveragePooling1D", false, {2, {1, 1}}, 3},
      {{9, 1}, "GlobalAveragePooling1D", true, {3, {1, 1, 1}}, 3},
      {{3, 3, 1}, "GlobalMaxPooling2D", false, {2, {1, 1}}, 8},
      {{3, 3, 1}, "GlobalMaxPooling2D", true, {4, {1, 1, 1, 1}}, 8},
      {{9, 1}, "GlobalMaxPooling1D", false, {2, {1, 1}}, 8},
      {{9, 1}, "GlobalMaxPooling1D", true, {3, {1, 1, 1}}, 8},
  };
  for (const Case& c : cases) {
    const Graph graph = one_layer(c.input, c.class_name, {{"keepdims", c.keepdims}}).import();
    EXPECT_EQ(graph.tensors[graph.outputs[0]].shape, c.shape) << c.class_name;
    expect_near(run(graph, {kPixels}), {{c.result}});
  }
}

TEST(KerasPooling2D, Errors) {
  EXPECT_THAT(one_layer(kImage, "MaxPooling2D").import_error(), HasSubstr("pool_size is missing"));
  EXPECT_THAT(one_layer({4, 4}, "MaxPooling2D", {{"pool_size", 2}}).import_error(),
              HasSubstr("rank 4 is wanted"));
  EXPECT_THAT(one_layer(kImage, "GlobalAveragePooling2D", {{"data_format", "channels_first"}})
                  .import_error(),
              HasSubstr("channels_first"));
}

}  // namespace
}  // namespace solder::compiler
