// Candidates for 3x3 convolutions of int8 by Winograd's minimal filtering.
#include <algorithm>
#include <array>
#include <bit>
#include <cstdlib>
#include <optional>
#include <vector>

#include "compiler/planning/armv7em/candidate.h"
#include "compiler/planning/armv7em/requantization.h"
#include "runtime/kernels/conv_2d/winograd_s8.h"

namespace solder::compiler::armv7em {
namespace {

using winograd::kChannels;
using winograd::Layout;

// A tile and what it makes of a convolution. G, flattened, is told in armv7em_s8_winograd_tile_*.h.
struct Algorithm {
  int32_t tile;
  std::array<std::array<int32_t, 3>, 6> g;
  int32_t scale;             // of results with their bias, or differences, within 32 bits
  int32_t input_shift;       // what kernels add to inputs
  double input_cycles;       // of a tile and a pair of input channels
  double output_cycles;      // of a tile and an output channel
  double requantize_cycles;  // of an output, less
  KernelId kernel, pooling_kernel;
};

constexpr Algorithm kAlgorithms[] = {
    {.tile = 2,
     .g = {{{2, 0, 0}, {1, 1, 1}, {1, -1, 1}, {0, 0, 2}}},
     .scale = 8,
     .input_shift = 0,
     .input_cycles = 87,
     .output_cycles = 66,
     .requantize_cycles = 6,
     .kernel = KernelId::conv_2d_s8_winograd_2x2,
     .pooling_kernel = KernelId::conv_2d_s8_winograd_2x2_max_pool},
    // Before the product by the inverse of 9 results wrap, after it they are 64 times what they
    // should be, or more where that fits.
    {.tile = 4,
     .g = {{{6, 0, 0}, {-4, -4, -4}, {-4, 4, -4}, {1, 2, 4}, {1, -2, 4}, {0, 0, 12}}},
     .scale = 64,
     .input_shift = 128,
     .input_cycles = 212,
     .output_cycles = 210,
     .requantize_cycles = 0,
     .kernel = KernelId::conv_2d_s8_winograd_4x4,
     .pooling_kernel = KernelId::conv_2d_s8_winograd_4x4_max_pool},
};

// G g G' of one 3x3 filter whose taps lie `step` apart.
std::vector<int32_t> transform_filter(const Algorithm& algorithm, const int8_t* taps,
                                      int32_t step) {
  const int32_t size = algorithm.tile + 2;
  std::vector<int32_t> transformed;
  for (int32_t i = 0; i < size; ++i)
    for (int32_t j = 0; j < size; ++j) {
      int32_t sum = 0;
      for (int32_t y = 0; y < 3; ++y)
        for (int32_t x = 0; x < 3; ++x)
          sum += algorithm.g[static_cast<size_t>(i)][static_cast<size_t>(y)] *
                 algorithm.g[static_cast<size_t>(j)][static_cast<size_t>(x)] *
                 taps[(y * 3 + x) * step];
      transformed.push_back(sum);
    }
  return transformed;
}

// [groups, positions, channel pairs, kChannels] pairs of int16, as multiply_positions() reads them.
std::vector<int16_t> transform_filters(const Algorithm& algorithm, const int8_t* filter,
                                       int32_t outputs, int32_t inputs) {
  const int32_t positions = (algorithm.tile + 2) * (algorithm.tile + 2);
  const int32_t pairs = winograd::channel_pairs(inputs);
  const int32_t groups = winograd::channel_groups(outputs);
  std::vector<int16_t> packed(static_cast<size_t>(groups * positions * pairs * kChannels * 2));
  for (int32_t out = 0; out < outputs; ++out)
    for (int32_t in = 0; in < inputs; ++in) {
      const auto u = transform_filter(algorithm, filter + out * 9 * inputs + in, inputs);
      // A word of four channels is taken apart into its even and odd bytes.
      const int32_t pair = in / 4 * 2 + in % 2, half = in % 4 / 2;
      for (int32_t at = 0; at < positions; ++at) {
        const int32_t group = (out / kChannels * positions + at) * pairs + pair;
        packed[static_cast<size_t>((group * kChannels + out % kChannels) * 2 + half)] =
            static_cast<int16_t>(u[static_cast<size_t>(at)]);
      }
    }
  return packed;
}

// What |convolution + bias| and the difference of two can be at most; |x + offset| <= 255.
std::vector<int64_t> largest_sums(const int8_t* filter, const int32_t* bias, int32_t outputs,
                                  int32_t depth) {
  std::vector<int64_t> sums;
  for (int32_t out = 0; out < outputs; ++out) {
    int64_t most = bias == nullptr ? 0 : std::abs(int64_t{bias[out]});
    for (int32_t i = 0; i < depth; ++i) most += 255 * std::abs(filter[out * depth + i]);
    sums.push_back(most);
  }
  return sums;
}

template <class Entry>
void append(const Entry& entry, std::vector<int32_t>& words) {
  const auto more = std::bit_cast<std::array<int32_t, sizeof(Entry) / 4>>(entry);
  words.insert(words.end(), more.begin(), more.end());
}

// As words; nothing when it cannot be expressed.
std::optional<std::vector<int32_t>> requantization_table(
    const Algorithm& algorithm, const std::vector<PackedRequantization>& channels,
    const std::vector<int64_t>& largest_sums, bool is_relu) {
  std::vector<int32_t> words;
  for (size_t c = 0; c < channels.size(); ++c) {
    if (algorithm.tile == 2) {
      append(channels[c], words);
      continue;
    }
    const auto entry = winograd_4x4_requantization(channels[c], largest_sums[c], is_relu);
    if (!entry) return {};
    append(*entry, words);
  }
  return words;
}

// 2x2 windows without padding.
bool is_simple(const Pool2DGeometry& g) {
  return g.filter_height == 2 && g.filter_width == 2 && g.stride_height == 2 &&
         g.stride_width == 2 && g.pad_top == 0 && g.pad_left == 0 &&
         2 * g.output_height <= g.input_height && 2 * g.output_width <= g.input_width;
}

// How many bytes before the input the output may begin, at least: what rows of tiles write is
// behind what the next ones still have to read.
int32_t output_lead(const WinogradS8Params& p, int32_t tile, int32_t stored) {
  if (p.batches > 1) return -1;
  int32_t lead = 0;
  for (int32_t done = p.tile_rows; done * stored < p.output_height; done += p.tile_rows) {
    const int32_t written = done * stored * p.output_width * p.output_channels;
    const int32_t rows = done * tile + 2 - p.pad_top;
    lead = std::max(lead, written - rows * p.input_width * p.input_channels);
  }
  return lead;
}

double cycles(const Algorithm& algorithm, const WinogradS8Params& p, const Layout& layout,
              int32_t stored) {
  const double groups = winograd::channel_groups(p.output_channels);
  const double unpooled = algorithm.tile * algorithm.tile - stored * stored;
  const double output = algorithm.output_cycles - unpooled * algorithm.requantize_cycles;
  double sum = 0;
  for (int32_t left = (p.output_height + stored - 1) / stored; left > 0; left -= p.tile_rows) {
    const int32_t tiles = layout.tiles * std::min(left, p.tile_rows);
    const double pairs = (tiles + 1) / 2;
    sum += groups * layout.positions * (pairs * (8.7 * layout.channels + 8) + 12) +
           tiles * (layout.channels * algorithm.input_cycles + groups * kChannels * output) +
           2.0 * layout.rows * layout.row;
  }
  return p.batches * sum;
}

void add(const StepView& view, const Algorithm& algorithm, const Pool2DIntegerParams* pool,
         std::vector<Candidate>& candidates) {
  const auto& c = view.params<Conv2DS8Params>();
  const Conv2DGeometry& g = c.geometry;
  const auto* filter = view.constant<int8_t>(1);
  const auto* bias = view.constant<int32_t>(2);
  const int32_t depth = 9 * g.input_channels;
  const std::vector<int64_t> sums = largest_sums(filter, bias, g.output_channels, depth);
  if (std::ranges::max(sums) * algorithm.scale > INT32_MAX) return;
  const auto requantization =
      pack_requantization({bias, view.constant<Requantization>(3), 1,
                           c.input_offset - algorithm.input_shift, c.output_offset},
                          filter, g.output_channels, depth);
  if (!requantization) return;

  WinogradS8Params values = {.batches = g.batches,
                             .input_height = g.input_height,
                             .input_width = g.input_width,
                             .input_channels = g.input_channels,
                             .output_height = g.output_height,
                             .output_width = g.output_width,
                             .output_channels = g.output_channels,
                             .pad_top = g.pad_top,
                             .pad_left = g.pad_left,
                             .tile_rows = 1,
                             .input_zero_point = -c.input_offset,
                             .activation_min = c.activation_min,
                             .activation_max = c.activation_max};
  int32_t stored = algorithm.tile;
  if (pool != nullptr) {
    stored /= 2;
    values.output_height = pool->geometry.output_height;
    values.output_width = pool->geometry.output_width;
    values.activation_min = clamp(c.activation_min, pool->activation_min, pool->activation_max);
    values.activation_max = clamp(c.activation_max, pool->activation_min, pool->activation_max);
  }
  const auto table = requantization_table(algorithm, *requantization, sums,
                                          values.activation_min >= c.output_offset);
  if (!table) return;
  const KernelId kernel = pool != nullptr ? algorithm.pooling_kernel : algorithm.kernel;
  const Operand output = pool != nullptr ? view.pool->step.operands[1] : view.operand(4);
  const int32_t groups = winograd::channel_groups(g.output_channels);
  // Two rows at a time where one has an odd number of tiles, or where rows are so short that it
  // takes long to change positions.
  const int32_t tiles = (values.output_width + stored - 1) / stored;
  const int32_t most_rows = tiles % 2 == 0 && tiles * algorithm.tile > 8 ? 1 : 2;
  for (values.tile_rows = 1; values.tile_rows <= most_rows; ++values.tile_rows) {
    const Layout layout(values, algorithm.tile, stored);
    const auto scratch = static_cast<uint32_t>(4 * layout.words());
    const int32_t words = groups * layout.positions * layout.channels * kChannels;
    const auto apply = [=](StepBuilder& steps, PreparedStep& step) -> Error {
      auto* params = steps.params<WinogradS8Params>();
      auto* entries = steps.table<int32_t>(static_cast<int32_t>(table->size()));
      auto* packed = steps.table<uint32_t>(words);
      if (params == nullptr || entries == nullptr || packed == nullptr) return steps.no_memory();
      *params = values;
      std::ranges::copy(*table, entries);
      std::ranges::copy(transform_filters(algorithm, filter, g.output_channels, g.input_channels),
                        reinterpret_cast<int16_t*>(packed));
      steps.replace(
          step, kernel, params,
          {step.step.operands[0], steps.operand_of_table(packed), steps.operand_of_table(entries),
           steps.operand_of_scratch(step, scratch), output});
      return {};
    };
    candidates.push_back({.kernel = kernel,
                          .cycles = cycles(algorithm, values, layout, stored),
                          .scratch_bytes = scratch,
                          .constant_bytes = 4 * (static_cast<uint32_t>(words) +
                                                 static_cast<uint32_t>(table->size())),
                          .channels_at_once = kChannels,
                          .fuses_pool = pool != nullptr,
                          .output_lead = output_lead(values, algorithm.tile, stored),
                          .apply = apply});
  }
}

}  // namespace

void add_conv_2d_s8_winograd(const StepView& view, std::vector<Candidate>& candidates) {
  if (view.step->step.kernel != KernelId::conv_2d_s8) return;
  const Conv2DGeometry& g = view.params<Conv2DS8Params>().geometry;
  if (g.filter_height != 3 || g.filter_width != 3 || g.stride_height != 1 || g.stride_width != 1 ||
      g.dilation_height != 1 || g.dilation_width != 1 || g.filter_channels != g.input_channels)
    return;
  const Pool2DIntegerParams* pool = nullptr;
  if (view.pool != nullptr && view.pool->step.kernel == KernelId::max_pool_2d_s8) {
    pool = static_cast<const Pool2DIntegerParams*>(view.pool->step.params);
    if (!is_simple(pool->geometry)) pool = nullptr;
  }
  for (const Algorithm& algorithm : kAlgorithms) {
    add(view, algorithm, nullptr, candidates);
    if (pool != nullptr) add(view, algorithm, pool, candidates);
  }
}

}  // namespace solder::compiler::armv7em
