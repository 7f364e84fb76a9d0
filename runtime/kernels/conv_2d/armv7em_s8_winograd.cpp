#include "runtime/kernels/armv7em/requantize.h"
#include "runtime/kernels/conv_2d/armv7em_s8_winograd_products.h"
#include "runtime/kernels/conv_2d/armv7em_s8_winograd_tile_2x2.h"
#include "runtime/kernels/conv_2d/armv7em_s8_winograd_tile_4x4.h"
#include "runtime/kernels/conv_2d/winograd_s8.h"
#include "runtime/kernels/kernel_list.h"

namespace solder::armv7em {
namespace {

using winograd::kChannels;
using winograd::Layout;

// Rows of inputs as tiles read them: padded on all sides with zero points, channels filled up.
class Band {
 public:
  Band(const WinogradS8Params& p, const Layout& layout, uint32_t* rows, uint32_t flipped_bits)
      : p_(p),
        rows_(rows),
        row_(layout.row),
        pixel_(layout.channels / 2),
        flipped_bits_(flipped_bits),
        zero_(static_cast<uint8_t>(p.input_zero_point) * 0x01010101U ^ flipped_bits) {}

  TileInput at(int32_t row, int32_t pixel) const {
    return {rows_ + row * row_ + pixel * pixel_, row_, pixel_};
  }

  // The input's rows from `first` on to the band's from `row` to before `end`.
  [[gnu::noinline]] void read(const int8_t* input, int32_t first, int32_t row, int32_t end) {
    const int32_t row_bytes = p_.input_width * p_.input_channels;
    for (; row < end; ++row, ++first) {
      uint32_t* to = rows_ + row * row_;
      uint32_t* const to_end = to + row_;
      if (first >= 0 && first < p_.input_height) {
        for (int32_t i = p_.pad_left * pixel_; i > 0; --i) *to++ = zero_;
        to = read_row(input + first * row_bytes, to, to_end);
      }
      while (to < to_end) *to++ = zero_;
    }
  }

  // Rows from `from` on become the first, for the tiles below.
  void keep(int32_t from, int32_t rows) { copy(rows_ + from * row_, rows * row_, 0, rows_); }

 private:
  // An even number of words.
  [[gnu::noinline]] static void copy(const void* from, int32_t words, uint32_t flipped_bits,
                                     uint32_t* to) {
    const auto* at = static_cast<const int8_t*>(from);
    for (; words >= 4; words -= 4, at += 16, to += 4) {
      const uint32_t a = dsp::load(at), b = dsp::load(at + 4);
      const uint32_t c = dsp::load(at + 8), d = dsp::load(at + 12);
      to[0] = a ^ flipped_bits, to[1] = b ^ flipped_bits;
      to[2] = c ^ flipped_bits, to[3] = d ^ flipped_bits;
    }
    if (words > 0) {
      const uint32_t a = dsp::load(at), b = dsp::load(at + 4);
      to[0] = a ^ flipped_bits, to[1] = b ^ flipped_bits;
    }
  }

  uint32_t* read_row(const int8_t* from, uint32_t* to, const uint32_t* to_end) const {
    const int32_t room = static_cast<int32_t>(to_end - to) / pixel_;
    const int32_t pixels = p_.input_width < room ? p_.input_width : room;
    if (p_.input_channels == 4 * pixel_) {
      copy(from, pixels * pixel_, flipped_bits_, to);
      return to + pixels * pixel_;
    }
    for (int32_t x = 0; x < pixels; ++x, to += pixel_) {
      auto* bytes = reinterpret_cast<int8_t*>(to);
      for (int32_t c = 0; c < 4 * pixel_; ++c)
        bytes[c] = c < p_.input_channels ? *from++ : int8_t{0};
      for (int32_t i = 0; i < pixel_; ++i) to[i] ^= flipped_bits_;
    }
    return to;
  }

  const WinogradS8Params& p_;
  uint32_t* rows_;
  int32_t row_, pixel_;  // in words
  uint32_t flipped_bits_, zero_;
};

// Of one group of channels.
struct OutputTiles {
  int32_t* products;
  const char* requantization;  // bytes of a Tile::Requantization for each channel
  uint32_t* work;              // memory of a tile's positions
  int8_t* output;              // of the first tile
  int32_t rows, channels;
};

// A tile's outputs, of kChannels at most.
template <int32_t kStored>
void store_block(const int8_t (&block)[kStored * kStored][kChannels], int8_t* to, int32_t row_step,
                 int32_t step, int32_t rows, int32_t columns, int32_t channels) {
  if (rows == kStored && columns == kStored && channels == kChannels) {
#pragma GCC unroll 4
    for (int32_t y = 0; y < kStored; ++y, to += row_step) {
      int8_t* pixel = to;
#pragma GCC unroll 4
      for (int32_t x = 0; x < kStored; ++x, pixel += step)
        dsp::store(pixel, dsp::load(block[y * kStored + x]));
    }
    return;
  }
  for (int32_t y = 0; y < rows; ++y)
    for (int32_t x = 0; x < columns; ++x)
      for (int32_t c = 0; c < channels; ++c)
        to[y * row_step + x * step + c] = block[y * kStored + x][c];
}

// The tiles' inputs, transformed. What is there for the second of a pair that has none counts for
// nothing. columns: memory for a row's, which neighbouring tiles share.
template <class Tile>
void transform_inputs(const Layout& layout, const Band& band, int32_t rows, uint32_t* columns,
                      uint32_t* to) {
  const int32_t count = layout.tiles * Tile::kOutputs + Tile::kSize - Tile::kOutputs;
  const int32_t next_pair = layout.channels * 2 * Tile::kPositions;
  for (int32_t row = 0, first = 0; row < rows; ++row, first += layout.tiles) {
    TileInput input = band.at(row * Tile::kOutputs, 0);
    uint32_t* channels = to + first / 2 * next_pair + first % 2;
    for (int32_t channel = 0; channel < layout.channels; ++channel) {
      if (channel % 2 == 0)
        Tile::template transform_columns<false>(input, count, columns);
      else
        Tile::template transform_columns<true>(input, count, columns), ++input.from;
      const uint32_t* from = columns;
      uint32_t* at = channels;
      for (int32_t tile = first; tile < first + layout.tiles; ++tile) {
        Tile::transform_rows(from, at);
        from += Tile::kOutputs * Tile::kSize;
        at += tile % 2 == 0 ? 1 : next_pair - 1;
      }
      channels += 2 * Tile::kPositions;
    }
  }
}

template <class Tile, bool kPool>
void store_tiles(const WinogradS8Params& p, const OutputTiles& tiles) {
  constexpr int32_t kStored = kPool ? Tile::kOutputs / 2 : Tile::kOutputs;
  constexpr int32_t kProducts = Tile::kPositions * 2 * kChannels;  // of a pair of tiles
  const auto* requantization =
      reinterpret_cast<const typename Tile::Requantization*>(tiles.requantization);
  const int32_t step = p.output_channels, row_step = p.output_width * step;
  const int32_t channels = tiles.channels;
  int8_t* row = tiles.output;
  int32_t tile = 0;
  for (int32_t rows = tiles.rows; rows > 0; rows -= kStored, row += kStored * row_step) {
    int8_t* to = row;
    for (int32_t left = p.output_width; left > 0; left -= kStored, to += kStored * step, ++tile) {
      const int32_t* from = tiles.products + tile / 2 * kProducts + tile % 2 * kChannels;
      alignas(4) int8_t block[kStored * kStored][kChannels];
      for (int32_t c = 0; c < channels; ++c)
        Tile::template store_output<kPool>(from + c, requantization[c], tiles.work, &block[0][c]);
      clamp_all(block[0], sizeof(block), p.activation_min, p.activation_max);
      store_block<kStored>(block, to, row_step, step, rows < kStored ? rows : kStored,
                           left < kStored ? left : kStored, channels);
    }
  }
}

// What convolve() does with one kind of tile.
struct Tiles {
  int32_t outputs, stored;  // of a row
  uint32_t flipped_bits;
  void (*transform_inputs)(const Layout& layout, const Band& band, int32_t rows, uint32_t* columns,
                           uint32_t* to);
  void (*multiply)(const uint32_t* inputs, const uint32_t* filter, int32_t* products, int32_t pairs,
                   int32_t channels);
  void (*store)(const WinogradS8Params& p, const OutputTiles& tiles);
  int32_t requantization_bytes;  // of a channel
};

template <class Tile, bool kPool>
constexpr Tiles kTiles = {.outputs = Tile::kOutputs,
                          .stored = kPool ? Tile::kOutputs / 2 : Tile::kOutputs,
                          .flipped_bits = Tile::kFlippedBits,
                          .transform_inputs = transform_inputs<Tile>,
                          .multiply = multiply_positions<Tile::kPositions>,
                          .store = store_tiles<Tile, kPool>,
                          .requantization_bytes = sizeof(typename Tile::Requantization)};

// filter: for each group of output channels what multiply_positions() takes.
// The outputs of some rows of tiles are written when the input's rows up to their last have been
// read.
void convolve(const Tiles& tiles, const WinogradS8Params& p, const int8_t* input,
              const uint32_t* filter, const void* requantization, uint32_t* scratch,
              int8_t* output) {
  const Layout layout(p, tiles.outputs, tiles.stored);
  const int32_t output_row = p.output_width * p.output_channels;
  const int32_t group_words = layout.positions * layout.channels * kChannels;
  const int32_t rows_at_once = p.tile_rows * tiles.stored;
  uint32_t* inputs = scratch + layout.rows * layout.row;
  uint32_t* products = inputs + layout.inputs;
  OutputTiles group = {};
  group.products = reinterpret_cast<int32_t*>(products);
  group.work = products + layout.products;
  Band band(p, layout, scratch, tiles.flipped_bits);

  for (int32_t b = 0; b < p.batches; ++b) {
    int32_t next_row = -p.pad_top, kept = 0;
    for (int32_t y = 0; y < p.output_height; y += rows_at_once) {
      const int32_t left = p.output_height - y;
      group.rows = left < rows_at_once ? left : rows_at_once;
      const int32_t tile_rows = (group.rows + tiles.stored - 1) / tiles.stored;
      const int32_t pairs = (tile_rows * layout.tiles + 1) / 2;
      band.read(input, next_row, kept, layout.rows);
      next_row += layout.rows - kept;
      tiles.transform_inputs(layout, band, tile_rows, products, inputs);
      kept = 2;  // rows that the tiles below read, too
      band.keep(layout.rows - kept, kept);
      const uint32_t* weights = filter;
      group.requantization = static_cast<const char*>(requantization);
      group.output = output + y * output_row;
      for (int32_t c = p.output_channels; c > 0; c -= kChannels) {
        tiles.multiply(inputs, weights, group.products, pairs, layout.channels);
        group.channels = c < kChannels ? c : kChannels;
        tiles.store(p, group);
        weights += group_words;
        group.requantization += kChannels * tiles.requantization_bytes;
        group.output += kChannels;
      }
    }
    input += p.input_height * p.input_width * p.input_channels;
    output += p.output_height * output_row;
  }
}

}  // namespace

void conv_2d_s8_winograd_2x2(const WinogradS8Params& p, const int8_t* input, const uint32_t* filter,
                             const PackedRequantization* requantization, uint32_t* scratch,
                             int8_t* output) {
  convolve(kTiles<Tile2x2, false>, p, input, filter, requantization, scratch, output);
}

void conv_2d_s8_winograd_2x2_max_pool(const WinogradS8Params& p, const int8_t* input,
                                      const uint32_t* filter,
                                      const PackedRequantization* requantization, uint32_t* scratch,
                                      int8_t* output) {
  convolve(kTiles<Tile2x2, true>, p, input, filter, requantization, scratch, output);
}

void conv_2d_s8_winograd_4x4(const WinogradS8Params& p, const int8_t* input, const uint32_t* filter,
                             const Winograd4x4Requantization* requantization, uint32_t* scratch,
                             int8_t* output) {
  convolve(kTiles<Tile4x4, false>, p, input, filter, requantization, scratch, output);
}

void conv_2d_s8_winograd_4x4_max_pool(const WinogradS8Params& p, const int8_t* input,
                                      const uint32_t* filter,
                                      const Winograd4x4Requantization* requantization,
                                      uint32_t* scratch, int8_t* output) {
  convolve(kTiles<Tile4x4, true>, p, input, filter, requantization, scratch, output);
}

}  // namespace solder::armv7em
