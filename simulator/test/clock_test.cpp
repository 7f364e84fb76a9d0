#include "simulator/timing/clock.h"

#include <gtest/gtest.h>

#include <vector>

namespace simulator {
namespace {

TEST(Clock, EventsFireInOrderOfTimeThenOfConstruction) {
  Clock clock(1'000'000);
  std::vector<int> order;
  Event a(clock, [&](Cycle) { order.push_back(1); });
  Event b(clock, [&](Cycle) { order.push_back(2); });
  Event c(clock, [&](Cycle due) {
    order.push_back(3);
    EXPECT_EQ(due, 5u);
  });
  a.arm(10);
  b.arm(10);
  c.arm(5);
  EXPECT_EQ(clock.next(), 5u);
  clock.advance(20);
  clock.fire_due();
  EXPECT_EQ(order, (std::vector{3, 1, 2}));
  EXPECT_EQ(clock.next(), kNever);
}

TEST(Clock, AnEventMayArmItselfWhileTimePasses) {
  Clock clock(1'000'000);
  std::vector<Cycle> at;
  Event tick(clock, [&](Cycle due) {
    at.push_back(clock.now());
    tick.arm(due + 100);
  });
  tick.arm(100);
  clock.sleep_until(350);
  EXPECT_EQ(at, (std::vector<Cycle>{100, 200, 300}));
  EXPECT_EQ(clock.now(), 350u);
  EXPECT_EQ(clock.slept(), 350u);
}

TEST(Clock, TimeSurvivesAChangeOfFrequency) {
  Clock clock(16'000'000);
  clock.advance(16'000);
  EXPECT_EQ(clock.nanoseconds(), 1'000'000u);
  clock.set_hz(216'000'000);
  clock.advance(216'000);
  EXPECT_EQ(clock.nanoseconds(), 2'000'000u);
  EXPECT_EQ(clock.cycle_at(3'000'000), 16'000u + 2 * 216'000u);
  EXPECT_EQ(clock.cycle_at(500'000), clock.now());  // the past is now
}

}  // namespace
}  // namespace simulator
