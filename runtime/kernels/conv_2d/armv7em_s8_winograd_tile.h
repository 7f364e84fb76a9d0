// What the tiles of a Winograd convolution read.
#pragma once

#include <cstdint>

#include "runtime/kernels/conv_2d/winograd_s8.h"

namespace solder::armv7em {

// Four channels of a tile's inputs, and how far apart its rows and pixels lie, in words.
struct TileInput {
  const uint32_t* from;
  int32_t row, pixel;

  uint32_t at(int32_t y, int32_t x) const { return from[y * row + x * pixel]; }
};

constexpr int32_t largest(const int32_t (&values)[4]) {
  int32_t most = values[0];
  for (const int32_t value : values) most = value > most ? value : most;
  return most;
}

}  // namespace solder::armv7em
