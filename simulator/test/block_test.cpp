// What the decoder says of single instructions.
#include "simulator/cpu/block.h"

#include <gtest/gtest.h>

#include <cstring>

namespace simulator {
namespace {

struct Instruction {
  const char* text;
  std::uint32_t code;  // first half-word in the low bits
  std::uint32_t flags;
};

class BlockFlagsTest : public testing::TestWithParam<Instruction> {};

TEST_P(BlockFlagsTest, Flags) {
  Memory memory;
  memory.add("RAM", 0x20000000, 1024, true);
  std::memcpy(memory.at(0x20000000, 4), &GetParam().code, 4);
  const bool wide = (GetParam().code & 0xFFFF) >= 0xE800;
  BlockCache cache(memory);
  const Block* block = cache.find(0x20000000, wide ? 4 : 2);
  ASSERT_NE(block, nullptr);
  EXPECT_EQ(block->count, 1u);
  EXPECT_EQ(block->flags, GetParam().flags) << GetParam().text;
}

constexpr std::uint32_t kDouble = kUsesFpu | kDoublePrecision;

INSTANTIATE_TEST_SUITE_P(
    Thumb, BlockFlagsTest,
    testing::Values(
        Instruction{"nop", 0xBF00, 0}, Instruction{"wfi", 0xBF30, kWaitsForInterrupt},
        Instruction{"wfe", 0xBF20, kWaitsForEvent}, Instruction{"sev", 0xBF40, kSendsEvent},
        Instruction{"yield", 0xBF10, kYields}, Instruction{"wfi.w", 0x8003F3AF, kWaitsForInterrupt},
        Instruction{"it eq", 0xBF08, 0}, Instruction{"cpsid i", 0xB672, kChangesMasks},
        Instruction{"cpsie f", 0xB661, kChangesMasks},
        Instruction{"msr basepri, r4", 0x8811F384, kChangesMasks},
        Instruction{"mrs r4, control", 0x8414F3EF, 0},
        Instruction{"b .", 0xE7FE, kBranchesToItself},
        Instruction{"b.w .", 0xBFFEF7FF, kBranchesToItself}, Instruction{"b .+4", 0xE000, 0},
        Instruction{"vadd.f32 s0, s1, s2", 0x0A81EE30, kUsesFpu},
        Instruction{"vadd.f64 d0, d1, d2", 0x0B02EE31, kDouble},
        Instruction{"vfma.f64 d0, d1, d2", 0x0B02EEA1, kDouble},
        Instruction{"vdiv.f64 d0, d1, d2", 0x0B02EE81, kDouble},
        Instruction{"vcmp.f64 d0, #0", 0x0B40EEB5, kDouble},
        Instruction{"vmov.f64 d0, d1", 0x0B41EEB0, kDouble},
        Instruction{"vcvt.f64.f32 d0, s0", 0x0AC0EEB7, kDouble},
        Instruction{"vcvt.f32.f64 s0, d0", 0x0BC0EEB7, kDouble},
        Instruction{"vcvt.s32.f32 s0, s0", 0x0AC0EEBD, kUsesFpu},
        Instruction{"vselge.f64 d0, d1, d2", 0x0B02FE21, kDouble},
        Instruction{"vldr d0, [r0]", 0x0B00ED90, kUsesFpu},
        Instruction{"vpush {d8}", 0x8B02ED2D, kUsesFpu | kMovesStack},
        Instruction{"vldmia r0!, {d8}", 0x8B02ECB0, kUsesFpu},
        Instruction{"push {r4, lr}", 0xB510, kMovesStack}, Instruction{"pop {r4, pc}", 0xBD10, 0},
        Instruction{"push.w {r8, lr}", 0x4100E92D, kMovesStack},
        Instruction{"push.w {r8}", 0x8D04F84D, kMovesStack},
        Instruction{"str.w r8, [sp, #4]", 0x8004F8CD, 0},
        Instruction{"sub sp, #8", 0xB082, kMovesStack}, Instruction{"add sp, #8", 0xB002, 0},
        Instruction{"sub.w sp, sp, #2048", 0x6D00F5AD, kMovesStack},
        Instruction{"subw sp, sp, #1044", 0x4D14F2AD, kMovesStack},
        Instruction{"sub.w r0, sp, #2048", 0x6000F5AD, 0},
        Instruction{"sub.w sp, sp, r3", 0x0D03EBAD, kMovesStack},
        Instruction{"mov sp, r7", 0x46BD, kMovesStack}, Instruction{"mov r7, sp", 0x466F, 0},
        Instruction{"msr msp, r0", 0x8808F380, kChangesMasks | kMovesStack},
        Instruction{"udiv r0, r1, r2", 0xF0F2FBB1, kDivides},
        Instruction{"sdiv r0, r1, r2", 0xF0F2FB91, kDivides},
        Instruction{"umull r0, r1, r2, r3", 0x0103FBA2, 0},
        Instruction{"vmov r0, r1, d0", 0x0B10EC51, kUsesFpu},
        Instruction{"vmov.32 d0[0], r0", 0x0B10EE00, kUsesFpu},
        Instruction{"vmrs r0, fpscr", 0x0A10EEF1, kUsesFpu},
        Instruction{"smlad r0, r1, r2, r3", 0x3002FB21, 0}));

TEST(Block, IndexesInstructions) {
  Memory memory;
  memory.add("RAM", 0x20000000, 1024, true);
  const std::uint16_t code[] = {0xBF00, 0xF3AF, 0x8000, 0xBF00};  // nop, nop.w, nop
  std::memcpy(memory.at(0x20000000, 8), code, 8);
  BlockCache cache(memory);
  const Block* block = cache.find(0x20000000, 8);
  ASSERT_EQ(block->count, 3u);
  EXPECT_EQ(block->index_of(0x20000006), 2u);
  EXPECT_EQ(block->index_of(0x20000008), 3u);
  EXPECT_EQ(block->address_of(2), 0x20000006u);
  EXPECT_EQ(cache.find(0x30000000, 2), nullptr);
}

TEST(Block, DecodesAgainWhenRamChanges) {
  Memory memory;
  memory.add("RAM", 0x20000000, 1024, true);
  const std::uint32_t wide = 0x8000F3AF, narrow = 0xBF00BF00;
  std::memcpy(memory.at(0x20000000, 4), &wide, 4);
  BlockCache cache(memory);
  EXPECT_EQ(cache.find(0x20000000, 4)->count, 1u);
  std::memcpy(memory.at(0x20000000, 4), &narrow, 4);
  EXPECT_EQ(cache.find(0x20000000, 4)->count, 2u);
}

}  // namespace
}  // namespace simulator
