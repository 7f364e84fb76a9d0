// What each preference spends, gains and says.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compiler/planning/executable.h"
#include "compiler/testing/int8_net.h"

namespace solder::compiler::armv7em {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using testing::Int8Net;
using ::testing::MatchesRegex;
using ::testing::Not;

// A convolution that Winograd's transformation more than halves.
class Preference : public ::testing::Test {
 protected:
  static constexpr int64_t kWeights = 9 * 32 * 32 + 4 * 32;

  static Executable compiled(Prefer prefer) {
    Int8Net net(0);
    net.input({4, {1, 16, 16, 32}});
    net.conv_2d(32, 3, 3, {.padding = Padding::SAME});
    net.end();
    return {net.graph(), kArmv7emKernels, prefer};
  }
  static Decision pointwise(int32_t channels, Prefer prefer) {
    Int8Net net(0);
    net.input({4, {1, 8, 8, 16}});
    net.conv_2d(channels, 1, 1, {.padding = Padding::VALID});
    net.end();
    return Executable(net.graph(), kArmv7emKernels, prefer).decisions().at(0);
  }
  static Decision decision(Prefer prefer) { return compiled(prefer).decisions().at(0); }
};

TEST_F(Preference, SpendsWithinItsLimits) {
  const uint32_t least = compiled(Prefer::kRam).plan().arena_bytes;
  EXPECT_LE(compiled(Prefer::kBalanced).plan().arena_bytes, 2 * least);
  EXPECT_LE(compiled(Prefer::kFlash).plan().arena_bytes, least * 3 / 2);
  EXPECT_GT(compiled(Prefer::kSpeed).plan().arena_bytes, least);
  EXPECT_LE(decision(Prefer::kSpeed).constant_bytes, 4 * kWeights);
  EXPECT_LE(decision(Prefer::kBalanced).constant_bytes, kWeights * 5 / 2);
  EXPECT_LE(decision(Prefer::kFlash).constant_bytes, kWeights * 11 / 10);
}

TEST_F(Preference, GainsWhatItSpends) {
  EXPECT_LT(decision(Prefer::kSpeed).cycles, decision(Prefer::kBalanced).cycles);
  EXPECT_LT(decision(Prefer::kBalanced).cycles, decision(Prefer::kFlash).cycles);
}

// Two rows of tiles at a time change positions less often, and need half as much memory again.
TEST_F(Preference, SpeedAloneTakesRamForHardlyAnything) {
  const auto scratch_bytes = [](Prefer prefer) {
    Int8Net net(0);
    net.input({4, {1, 12, 12, 32}});
    net.conv_2d(64, 3, 3, {.padding = Padding::VALID});
    net.max_pool_2d(
        {.padding = Padding::VALID, .stride_h = 2, .stride_w = 2, .filter_h = 2, .filter_w = 2});
    net.conv_2d(64, 3, 3, {.padding = Padding::VALID});
    net.fully_connected(500, Activation::NONE);  // whose weights count in limits of flash
    net.end();
    const Executable executable(net.graph(), kArmv7emKernels, prefer);
    const Decision& second = executable.decisions().at(1);
    EXPECT_EQ(second.kernel, KernelId::conv_2d_s8_winograd_2x2);
    return second.scratch_bytes;
  };
  EXPECT_LT(scratch_bytes(Prefer::kBalanced), scratch_bytes(Prefer::kSpeed));
}

TEST_F(Preference, SaysWhatWouldBeFasterAndWhatWasGained) {
  EXPECT_THAT(decision(Prefer::kFlash).remark,
              MatchesRegex("conv_2d_s8_winograd_4x4 is 2\\.[0-9]x as fast for [0-9]+ bytes of RAM "
                           "and [0-9]+ bytes of flash more"));
  EXPECT_THAT(pointwise(16, Prefer::kFlash).remark,
              MatchesRegex("conv_2d_s8_smlad_(w16|scaled) is 1\\.[1-9]x as fast for [0-9]+ bytes "
                           "of flash more"));
  EXPECT_THAT(pointwise(16, Prefer::kSpeed).remark,
              MatchesRegex("1\\.[1-9]x as fast as conv_2d_s8_smlad_w8 for [0-9]+ bytes of flash "
                           "more"));
}

TEST_F(Preference, SaysWhenChannelsAreWasted) {
  EXPECT_THAT(pointwise(7, Prefer::kSpeed).remark, EndsWith("takes the time of 8 output channels"));
  for (const int32_t channels : {8, 63})
    EXPECT_THAT(pointwise(channels, Prefer::kSpeed).remark, Not(HasSubstr("takes the time")));
}

}  // namespace
}  // namespace solder::compiler::armv7em
