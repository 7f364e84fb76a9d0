// Small graphs of RELU, RESHAPE and ADD: who shares memory with whom, and what is refused.
#include "runtime/plan/plan_builder.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "runtime/plan/model.h"

namespace solder {
namespace {

class PlanBuilderTest : public testing::Test {
 protected:
  // A FLOAT32 tensor of `elements`.
  int tensor(int elements, const float* data = nullptr) {
    TensorView view;
    view.shape = {1, {elements}};
    view.bytes = elements * 4;
    view.data = data;
    tensors_.push_back(view);
    return static_cast<int>(tensors_.size()) - 1;
  }
  void op(OperatorType type, std::vector<int32_t> inputs, int32_t output) {
    indices_.push_back(std::move(inputs));
    indices_.push_back({output});
    types_.push_back(type);
  }
  Error build(std::vector<int32_t> inputs, std::vector<int32_t> outputs) {
    operators_.clear();
    for (size_t i = 0; i < types_.size(); ++i) {
      const auto &in = indices_[2 * i], &out = indices_[2 * i + 1];
      operators_.push_back({types_[i],
                            in.data(),
                            static_cast<int32_t>(in.size()),
                            out.data(),
                            static_cast<int32_t>(out.size()),
                            {}});
    }
    inputs_ = std::move(inputs);
    outputs_ = std::move(outputs);
    const GraphView graph = {tensors_.data(),   static_cast<int32_t>(tensors_.size()),
                             operators_.data(), static_cast<int32_t>(operators_.size()),
                             inputs_.data(),    static_cast<int32_t>(inputs_.size()),
                             outputs_.data(),   static_cast<int32_t>(outputs_.size())};
    arena_ = Arena(memory_, sizeof(memory_));
    return build_plan(graph, kReferenceKernels, constants_, arena_, arena_, plan_, map_);
  }
  uint32_t offset(int tensor) const {
    int root = tensor;
    while (map_.roots[root] != root) root = map_.roots[root];
    return map_.buffers[root].offset;
  }

  std::vector<TensorView> tensors_;
  std::vector<std::vector<int32_t>> indices_;
  std::vector<OperatorType> types_;
  std::vector<OperatorView> operators_;
  std::vector<int32_t> inputs_, outputs_;
  float constants_[8] = {1, 2, 3, 4, 5, 6, 7, 8};
  alignas(16) uint8_t memory_[1 << 16];
  Arena arena_{memory_, sizeof(memory_)};
  Plan plan_;
  MemoryMap map_;
};

TEST_F(PlanBuilderTest, ElementwiseOperatorsRunInPlace) {
  const int a = tensor(8), b = tensor(8), c = tensor(8);
  op(OperatorType::RELU, {a}, b);
  op(OperatorType::RELU6, {b}, c);
  ASSERT_FALSE(build({a}, {c}));
  EXPECT_EQ(plan_.arena_bytes, 32U);
  EXPECT_EQ(plan_.step_count, 2U);
}

TEST_F(PlanBuilderTest, AnInputThatIsNeededLaterIsNotOverwritten) {
  const int a = tensor(8), b = tensor(8), c = tensor(8);
  op(OperatorType::RELU, {a}, b);
  op(OperatorType::ADD, {a, b}, c);
  ASSERT_FALSE(build({a}, {c}));
  EXPECT_NE(offset(a), offset(b));
  EXPECT_EQ(offset(a), offset(c));  // the sum runs in place
}

TEST_F(PlanBuilderTest, AViewKeepsItsSourceAlive) {
  const int a = tensor(8), view = tensor(8), b = tensor(8), c = tensor(8);
  op(OperatorType::RESHAPE, {a}, view);
  op(OperatorType::RELU, {a}, b);  // a's memory is the view's, and read once more
  op(OperatorType::ADD, {b, view}, c);
  ASSERT_FALSE(build({a}, {c}));
  EXPECT_EQ(offset(a), offset(view));
  EXPECT_NE(offset(b), offset(view));
  EXPECT_EQ(plan_.step_count, 2U);
}

TEST_F(PlanBuilderTest, AModelOutputIsNeverOverwritten) {
  const int a = tensor(8), b = tensor(8), c = tensor(8);
  op(OperatorType::RELU, {a}, b);
  op(OperatorType::RELU6, {b}, c);
  ASSERT_FALSE(build({a}, {b, c}));
  EXPECT_NE(offset(b), offset(c));
}

TEST_F(PlanBuilderTest, ConstantsStayWhereTheyAre) {
  const int a = tensor(4), constant = tensor(4, &constants_[4]), b = tensor(4);
  op(OperatorType::ADD, {constant, a}, b);
  ASSERT_FALSE(build({a}, {b}));
  EXPECT_EQ(plan_.steps[0].operands[0].region(), Operand::kConstants);
  EXPECT_EQ(plan_.steps[0].operands[0].offset(), 16U);
  const Model model(plan_, {.constants = constants_, .arena = memory_});
  for (int i = 0; i < 4; ++i) model.input<float>(0)[i] = 10;
  model.invoke();
  EXPECT_EQ(model.output<float>(0)[3], 18);
}

TEST_F(PlanBuilderTest, RefusesWhatCannotRun) {
  const int a = tensor(8), b = tensor(8), c = tensor(8), small = tensor(4);
  const auto refuse = [&](const char* expected) {
    const Error error = build({a}, {b});
    ASSERT_TRUE(error);
    EXPECT_NE(std::string(error.message).find(expected), std::string::npos) << error.message;
    types_.clear();
    indices_.clear();
  };
  op(OperatorType::RELU, {c}, b);
  refuse("nothing has written");
  op(OperatorType::RELU, {a}, b);
  op(OperatorType::RELU, {a}, b);
  refuse("written before");
  op(OperatorType::RELU, {a}, c);
  refuse("nothing writes a model output");
  op(OperatorType::RELU, {small}, b);
  refuse("shape");
  op(OperatorType::RELU, {-1}, b);
  refuse("required input");
  op(static_cast<OperatorType>(9999), {a}, b);
  refuse("not supported");
}

TEST_F(PlanBuilderTest, SaysWhatMemoryIsMissing) {
  const int a = tensor(8), b = tensor(8);
  op(OperatorType::RELU, {a}, b);
  ASSERT_FALSE(build({a}, {b}));
  const GraphView graph = {tensors_.data(), 2, operators_.data(), 1,
                           inputs_.data(),  1, outputs_.data(),   1};
  for (size_t bytes = 0; bytes < 512; bytes += 16) {
    Arena arena(memory_, bytes);
    const Error error = build_plan(graph, kReferenceKernels, constants_, arena, arena, plan_, map_);
    if (!error) return;
    EXPECT_GT(error.detail, 0) << error.message;
  }
  FAIL() << "512 bytes should be enough";
}

TEST_F(PlanBuilderTest, OfAnUnknownOperatorSaysWhoMayKnowIt) {
  const int a = tensor(8), b = tensor(8);
  op(static_cast<OperatorType>(44), {a}, b);
  const Error error = build({a}, {b});
  ASSERT_TRUE(error);
  EXPECT_NE(std::string(error.message).find("`solder convert`"), std::string::npos);
  EXPECT_EQ(error.detail, 44);
}

}  // namespace
}  // namespace solder
