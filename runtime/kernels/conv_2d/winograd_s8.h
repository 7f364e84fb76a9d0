// Winograd's minimal filtering for 3x3 convolutions of int8, in whole numbers and therefore exact:
// tiles of outputs (2x2 or 4x4) from transformed inputs and filters, which are multiplied position
// by position. armv7em only; the compiler transforms the filters and proves the ranges.
#pragma once

#include <cstdint>

namespace solder {

struct WinogradS8Params {
  int32_t batches, input_height, input_width, input_channels;
  int32_t output_height, output_width, output_channels;  // after the pooling, where there is one
  int32_t pad_top, pad_left;
  int32_t tile_rows;  // that are computed together
  int32_t input_zero_point;
  int32_t activation_min, activation_max;

  template <class Visitor>
  void visit(Visitor&& v) const {
    v("batches", batches), v("input_height", input_height), v("input_width", input_width);
    v("input_channels", input_channels), v("output_height", output_height);
    v("output_width", output_width), v("output_channels", output_channels);
    v("pad_top", pad_top), v("pad_left", pad_left), v("tile_rows", tile_rows);
    v("input_zero_point", input_zero_point);
    v("activation_min", activation_min), v("activation_max", activation_max);
  }
};

// From the sum of a channel's products in a tile of 4x4 outputs, 576 times that of the convolution
// and wrapped, to its int8 value:
//   v = sum * inverse, which is 2^n times (convolution + bias), n >= 6;
//   (smmla(v, multiplier, rounding + (v < 0 ? below_zero : 0)) >> right_shift), saturated.
// v * multiplier / 2^32 is 2^(n - 1) times what Requantization rounds twice, and in `rounding` are
// 2^(n - 1) times both halves, so one floor does both; its sign, in the second rounding, is
// below_zero, and of no importance when no output is less than the zero point: after a RELU.
struct Winograd4x4Requantization {
  int32_t bias;     // 576 times, wrapped
  int32_t inverse;  // of 9 modulo 2^32, times 2^(n - 6)
  int32_t multiplier, rounding;
  int32_t below_zero;  // 0 after a RELU
  int32_t right_shift;
};

namespace winograd {

// The right shift for which there is the fastest loop.
inline constexpr int32_t kRightShift4x4 = 17;

// Pairs of input channels: a multiple of four, filled up with zeros.
constexpr int32_t channel_pairs(int32_t input_channels) { return (input_channels + 7) / 8 * 4; }

// Output channels that are computed together.
inline constexpr int32_t kChannels = 4;

constexpr int32_t channel_groups(int32_t output_channels) {
  return (output_channels + kChannels - 1) / kChannels;
}

// What lies in scratch while rows of tiles are computed, in words. `tile`: a tile's outputs in a
// row, before pooling; `stored`: after it.
struct Layout {
  int32_t tiles, pairs;  // of a row; of all rows, the last one's second may be none
  int32_t channels;      // pairs of input channels
  int32_t positions;     // in a tile: tile + 2, squared
  int32_t rows, row;     // of inputs, int8; a row's words
  int32_t inputs;        // transformed: [pairs, channels, positions, 2], int16 pairs
  int32_t products;      // of a group of output channels: [pairs, positions, 2, kChannels]

  constexpr Layout(const WinogradS8Params& p, int32_t tile, int32_t stored)
      : tiles((p.output_width + stored - 1) / stored),
        pairs((tiles * p.tile_rows + 1) / 2),
        channels(channel_pairs(p.input_channels)),
        positions((tile + 2) * (tile + 2)),
        rows(p.tile_rows * tile + 2),
        row((tiles * tile + 2) * channels / 2),
        inputs(pairs * channels * positions * 2),
        products(pairs * positions * 2 * kChannels) {}

  // With what one tile's transforms take.
  constexpr int32_t words() const { return rows * row + inputs + products + positions; }
};

}  // namespace winograd
}  // namespace solder
