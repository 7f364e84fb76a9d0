#include "simulator/timing/branch_predictor.h"

#include <gtest/gtest.h>

namespace simulator {
namespace {

using Outcome = BranchPredictor::Outcome;

constexpr BranchPredictor::Branch kBackward{0x1000, 0x1002, 0x0F00, true};
constexpr BranchPredictor::Branch kForward{0x2000, 0x2004, 0x2100, true};
constexpr BranchPredictor::Branch kReturn{0x3000, 0x3002, 0, false};

unsigned mistakes(BranchPredictor& predictor, unsigned trips, unsigned runs) {
  unsigned wrong = 0;
  for (unsigned run = 0; run < runs; ++run) {
    for (unsigned trip = 0; trip < trips; ++trip) {
      const std::uint32_t to = trip + 1 < trips ? kBackward.target : kBackward.next;
      if (predictor.resolve(kBackward, to) == Outcome::kWrong) ++wrong;
    }
  }
  return wrong;
}

TEST(BranchPredictor, ColdBranchesAreStatic) {
  BranchPredictor predictor;
  EXPECT_EQ(predictor.resolve(kBackward, kBackward.target), Outcome::kRightStatic);
  EXPECT_EQ(predictor.resolve(kForward, kForward.next), Outcome::kRight);
  EXPECT_EQ(BranchPredictor().resolve(kForward, kForward.target), Outcome::kWrong);
}

TEST(BranchPredictor, LearnsShortLoopsByTheirHistory) {
  BranchPredictor predictor;
  mistakes(predictor, 2, 20);
  EXPECT_EQ(mistakes(predictor, 2, 100), 0u);
  mistakes(predictor, 5, 20);
  EXPECT_EQ(mistakes(predictor, 5, 100), 0u);
}

TEST(BranchPredictor, MissesTheEndOfLongLoops) {
  BranchPredictor predictor;
  mistakes(predictor, 100, 2);
  EXPECT_EQ(mistakes(predictor, 100, 10), 10u);
}

TEST(BranchPredictor, ReturnsGoWhereTheyWentLast) {
  BranchPredictor predictor;
  EXPECT_EQ(predictor.resolve(kReturn, 0x5000), Outcome::kWrong);
  EXPECT_EQ(predictor.resolve(kReturn, 0x5000), Outcome::kRight);
  EXPECT_EQ(predictor.resolve(kReturn, 0x6000), Outcome::kWrong);
}

}  // namespace
}  // namespace simulator
