#include "compiler/importers/keras/hdf5/hdf5.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compiler/importers/keras/testing.h"

namespace solder::compiler::keras {
namespace {

using namespace testing;
using ::testing::ElementsAre;

// Many more names than a node of a group's tree holds.
KerasFile wide_file() {
  KerasFile file({1});
  for (int i = 0; i < 300; ++i)
    file.weights("layer" + std::to_string(i), "", {{"w", {1}, {static_cast<float>(i)}}});
  return file;
}

TEST(Hdf5, GroupsOfManyNames) {
  const std::vector<uint8_t> bytes = wide_file().h5();
  const Hdf5Object root = Hdf5Object::root(bytes);
  for (int i = 0; i < 300; ++i) {
    const std::string layer = "layer" + std::to_string(i);
    const auto dataset = root.find("model_weights/" + layer + "/" + layer + "/w");
    ASSERT_TRUE(dataset);
    EXPECT_THAT(dataset->floats().values, ElementsAre(static_cast<float>(i)));
  }
  EXPECT_FALSE(root.find("model_weights/layer300"));
  EXPECT_FALSE(root.find("model_weights/"));
  EXPECT_FALSE(root.find("model_weights/layer1/layer1/w/x"));
  EXPECT_FALSE(root.texts("weights"));
}

TEST(Hdf5, DenseGroupsAreAClearError) {
  const std::vector<uint8_t> bytes = wide_file().h5({.is_newest_format = true});
  EXPECT_THROW(Hdf5Object::root(bytes).find("model_weights/layer1"), ModelError);
}

TEST(Hdf5, ArraysAndTexts) {
  KerasFile file({1});
  file.weights("a", "", {{"v", {2, 3}}, {"longer name", {1}}});
  for (const bool has_fixed_texts : {false, true}) {
    const std::vector<uint8_t> bytes = file.h5({.has_fixed_texts = has_fixed_texts});
    const auto group = Hdf5Object::root(bytes).find("model_weights/a");
    ASSERT_TRUE(group);
    EXPECT_THAT(group->texts("weight_names").value(), ElementsAre("a/v", "a/longer name"));
    const FloatArray array = group->find("a/v")->floats();
    EXPECT_EQ(array.shape, (Shape{2, {2, 3}}));
    EXPECT_THAT(array.values, ElementsAre(1, 2, 3, 4, 5, 6));
    EXPECT_THROW(group->floats(), ModelError);
  }
}

}  // namespace
}  // namespace solder::compiler::keras
