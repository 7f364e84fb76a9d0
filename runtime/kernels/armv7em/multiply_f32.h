// The inner loop of float32 convolutions: sums of products of four rows of inputs (pixels, or tiles
// of Winograd's transformation) with four output channels.
#pragma once

#include <cstdint>

namespace solder::armv7em {

// Rows and channels of a block, whose sums fill half of the FPU's registers.
inline constexpr int32_t kBlock = 4;
inline constexpr int32_t kBlockSums = kBlock * kBlock;

// Sums of a block to start from.
inline constexpr float kZeroSums[kBlockSums] = {};

struct MultiplyF32 {
  const float* input;    // four rows
  int32_t row_step;      // from a row to the next, in elements
  int32_t depth;         // elements of a row, a multiple of 4, at least 4
  int32_t blocks;        // of four channels each, at least 1
  int32_t block_step;    // from a block's first row to the next one's
  const float* weights;  // [blocks][depth][4]
  const float* start;    // [4 rows][4 channels] that sums begin with
  int32_t start_step;    // to the next block's, in elements
  float* sums;           // [blocks][4 rows][4 channels]
};

void multiply_f32(const MultiplyF32& m);

}  // namespace solder::armv7em
