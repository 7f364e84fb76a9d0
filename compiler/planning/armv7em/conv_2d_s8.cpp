#include <algorithm>
#include <optional>

#include "compiler/planning/armv7em/candidate.h"
#include "compiler/planning/armv7em/requantization.h"
#include "runtime/kernels/conv_2d/armv7em_s8.h"

namespace solder::compiler::armv7em {
namespace {

// The elements of a window in the order in which a kernel reads them, -1: one that fills up.
std::vector<int32_t> window_order(const Conv2DS8SmladParams& p) {
  const Conv2DGeometry& g = p.geometry;
  const int32_t run = p.run_taps() * g.input_channels;
  std::vector<int32_t> order;
  if (p.in_threes()) {
    for (int32_t row = 0; row < g.filter_height; row += 2) {
      const int32_t at = 3 * row;
      order.insert(order.end(), {at, at + 2});
      const bool has_next = row + 1 < g.filter_height;
      if (has_next) order.insert(order.end(), {at + 3, at + 5});
      order.insert(order.end(), {at + 1, has_next ? at + 4 : -1});
    }
    return order;
  }
  for (int32_t first = 0; first < g.filter_height * g.filter_width * g.input_channels;
       first += run) {
    for (int32_t i = 0; i < run; i += 4) {
      const auto add = [&](int32_t at) { order.push_back(at < run ? first + at : -1); };
      if (run - i == 2) {
        add(i), add(i + 1);
        break;
      }
      add(i), add(i + 2);
      if (run - i > 1) add(i + 1), add(i + 3);
    }
  }
  order.resize(static_cast<size_t>(2 * p.window_words()), -1);
  return order;
}

// The layouts that Conv2DS8SmladParams tells of.
struct Format {
  KernelId alone, with_pool;
  bool is_int8, is_scaled;
  double word_cycles, pair_cycles;  // of two channels

  uint32_t pair_bytes(int32_t words) const {
    return static_cast<uint32_t>(8 + (is_int8 ? 4 : 8) * words + (is_scaled ? 16 : 24));
  }
};
constexpr Format kScaled = {KernelId::conv_2d_s8_smlad_scaled,
                            KernelId::conv_max_pool_2d_s8_smlad_scaled,
                            false,
                            true,
                            8.3,
                            32};
constexpr Format kInt16 = {
    KernelId::conv_2d_s8_smlad_w16, KernelId::conv_max_pool_2d_s8_smlad_w16, false, false, 8.3, 42};
constexpr Format kInt8 = {
    KernelId::conv_2d_s8_smlad_w8, KernelId::conv_max_pool_2d_s8_smlad_w8, true, false, 9.3, 46};

double cycles(const Conv2DS8SmladParams& p, const Format& format, double fours) {
  const double words = p.window_words();
  const double pairs = (p.geometry.output_channels + 1) / 2;
  return fours *
         (4 * (40 + 1.5 * words) + pairs * (format.word_cycles * words + format.pair_cycles));
}

// The loop reads two words more.
uint32_t windows_bytes(const Conv2DS8SmladParams& p) {
  return static_cast<uint32_t>(16 * p.window_words() + 8);
}

// The first input that a window reads, that of row y and column x of the convolution's output.
int32_t first_read(const Conv2DGeometry& g, int32_t y, int32_t x) {
  const int32_t row = std::max(y * g.stride_height - g.pad_top, 0);
  const int32_t column = std::max(x * g.stride_width - g.pad_left, 0);
  return (row * g.input_width + column) * g.input_channels;
}

// How many bytes before the input the output must begin so that nothing is written over what later
// windows read: windows are in scratch before their outputs, `at_once` of them, are written.
// `first_read` is of an output.
template <class FirstRead>
int32_t output_lead(int32_t height, int32_t width, int32_t channels, int32_t at_once,
                    const FirstRead& first_read) {
  int32_t lead = 0;
  for (int32_t done = at_once; done < height * width; done += at_once) {
    const int32_t y = done / width;
    int32_t first = first_read(y, done % width);
    if (y + 1 < height) first = std::min(first, first_read(y + 1, 0));
    lead = std::max(lead, done * channels - first);
  }
  return lead;
}

int32_t output_lead(const Conv2DGeometry& g) {
  return output_lead(g.output_height, g.output_width, g.output_channels, 4,
                     [&](int32_t y, int32_t x) { return first_read(g, y, x); });
}

int32_t output_lead(const ConvMaxPool2DS8SmladParams& p) {
  const Conv2DGeometry& g = p.convolution.geometry;
  return output_lead(p.pooled_height, p.pooled_width, g.output_channels, 1,
                     [&](int32_t y, int32_t x) {
                       return first_read(g, std::max(y * p.pool_stride_height - p.pool_pad_top, 0),
                                         std::max(x * p.pool_stride_width - p.pool_pad_left, 0));
                     });
}

uint32_t word_of(int32_t b0, int32_t b1, int32_t b2, int32_t b3) {
  return (static_cast<uint32_t>(b0) & 0xFF) | (static_cast<uint32_t>(b1) & 0xFF) << 8 |
         (static_cast<uint32_t>(b2) & 0xFF) << 16 | (static_cast<uint32_t>(b3) & 0xFF) << 24;
}
uint32_t word_of(int32_t low, int32_t high) {
  return (static_cast<uint32_t>(low) & 0xFFFF) | static_cast<uint32_t>(high) << 16;
}

// What the candidates of one convolution have in common.
class Convolution {
 public:
  Conv2DS8SmladParams params;
  const int8_t* filter;
  std::vector<PackedRequantization> requantization;
  std::optional<std::vector<PackedRequantization>> scaled;  // where that can be
  Operand input, output;

  int32_t pixels() const {
    const Conv2DGeometry& g = params.geometry;
    return g.batches * g.output_height * g.output_width;
  }
  uint32_t packed_bytes(const Format& format) const {
    const auto pairs = static_cast<uint32_t>(params.geometry.output_channels + 1) / 2;
    return pairs * format.pair_bytes(params.window_words()) + 4;
  }
  std::vector<uint32_t> pack(const Format& format) const;

 private:
  int32_t weight(int32_t channel, int32_t at) const {
    const Conv2DGeometry& g = params.geometry;
    const int32_t size = g.filter_height * g.filter_width * g.filter_channels;
    return at < 0 ? 0 : filter[int64_t{channel} * size + at];
  }
};

std::vector<uint32_t> Convolution::pack(const Format& format) const {
  const std::vector<int32_t> order = window_order(params);
  const std::vector<PackedRequantization>& table = format.is_scaled ? *scaled : requantization;
  const auto of = [&](int32_t channel) { return table[static_cast<size_t>(channel)]; };
  std::vector<uint32_t> packed;
  const auto add = [&](int32_t word) { packed.push_back(static_cast<uint32_t>(word)); };
  for (int32_t first = 0; first < params.geometry.output_channels; first += 2) {
    const int32_t pair[2] = {first, std::min(first + 1, params.geometry.output_channels - 1)};
    for (const int32_t c : pair) add(format.is_int8 ? of(c).bias / 2 : of(c).bias);
    for (size_t i = 0; i < order.size(); i += 2) {
      const int32_t low = order[i], high = order[i + 1];
      if (format.is_int8) {
        packed.push_back(word_of(weight(pair[0], low), weight(pair[1], low), weight(pair[0], high),
                                 weight(pair[1], high)));
        continue;
      }
      for (const int32_t c : pair) {
        const int32_t factor = format.is_scaled ? 2 << of(c).right_shift : 2;
        packed.push_back(word_of(factor * weight(c, low), factor * weight(c, high)));
      }
    }
    for (const int32_t c : pair) {
      add(of(c).multiplier), add(of(c).rounding);
      if (!format.is_scaled) add(of(c).right_shift);
    }
  }
  packed.push_back(0);
  return packed;
}

template <class Params>
Candidate candidate(KernelId kernel, const Convolution& c, const Format& format,
                    const Params& params, uint32_t scratch_bytes) {
  return {.kernel = kernel,
          .cycles = 0,
          .scratch_bytes = scratch_bytes,
          .constant_bytes = c.packed_bytes(format),
          .channels_at_once = 2,
          .apply = [=](StepBuilder& steps, PreparedStep& step) -> Error {
            const std::vector<uint32_t> packed = c.pack(format);
            auto* with = steps.params<Params>();
            auto* table = steps.table<uint32_t>(static_cast<int32_t>(packed.size()));
            if (with == nullptr || table == nullptr) return steps.no_memory();
            *with = params;
            std::ranges::copy(packed, table);
            steps.replace(step, kernel, with,
                          {c.input, steps.operand_of_table(table),
                           steps.operand_of_scratch(step, scratch_bytes), c.output});
            return {};
          }};
}

Candidate alone(const Convolution& c, const Format& format) {
  // The last windows leave their outputs in scratch when they are less than four.
  const int32_t rest = c.pixels() % 4 != 0 ? 4 * c.params.geometry.output_channels : 0;
  const uint32_t scratch =
      std::max(windows_bytes(c.params), static_cast<uint32_t>(16 * c.params.window_words() + rest));
  Candidate result = candidate(format.alone, c, format, c.params, scratch);
  result.cycles = cycles(c.params, format, (c.pixels() + 3) / 4);
  if (c.params.geometry.batches == 1) result.output_lead = output_lead(c.params.geometry);
  return result;
}

// With the max pooling after it, when its windows have four taps.
std::optional<Candidate> with_pool(const StepView& view, Convolution c, const Format& format) {
  if (view.pool == nullptr || view.pool->step.kernel != KernelId::max_pool_2d_s8) return {};
  const auto& pool = *static_cast<const Pool2DIntegerParams*>(view.pool->step.params);
  const Pool2DGeometry& g = pool.geometry;
  if (g.filter_height * g.filter_width != 4) return {};
  // A value in the convolution's range first, then in the pooling's.
  for (int32_t* bound : {&c.params.activation_min, &c.params.activation_max})
    *bound = clamp(*bound, pool.activation_min, pool.activation_max);
  c.output = view.pool->step.operands[1];
  const ConvMaxPool2DS8SmladParams params = {c.params,        g.filter_width, g.stride_height,
                                             g.stride_width,  g.pad_top,      g.pad_left,
                                             g.output_height, g.output_width};
  Candidate result = candidate(format.with_pool, c, format, params, windows_bytes(c.params));
  result.cycles = cycles(c.params, format, g.batches * g.output_height * g.output_width);
  result.fuses_pool = true;
  if (g.batches == 1) result.output_lead = output_lead(params);
  return result;
}

}  // namespace

void add_conv_2d_s8(const StepView& view, std::vector<Candidate>& candidates) {
  if (view.step->step.kernel != KernelId::conv_2d_s8) return;
  const auto& p = view.params<Conv2DS8Params>();
  const Conv2DGeometry& g = p.geometry;
  if (g.filter_channels != g.input_channels) return;
  const auto* filter = view.constant<int8_t>(1);
  const auto requantization = pack_requantization(
      {view.constant<int32_t>(2), view.constant<Requantization>(3), 1, p.input_offset,
       p.output_offset},
      filter, g.output_channels, g.filter_height * g.filter_width * g.filter_channels);
  if (!requantization) return;
  Convolution convolution = {.params = {g, -p.input_offset, p.activation_min, p.activation_max},
                             .filter = filter,
                             .requantization = *requantization,
                             .scaled = {},
                             .input = view.operand(0),
                             .output = view.operand(4)};
  if (p.activation_min >= p.output_offset)
    convolution.scaled = scale_requantization(*requantization, kScaledShift, filter,
                                              g.filter_height * g.filter_width * g.filter_channels);
  for (const Format& format : {kScaled, kInt16, kInt8}) {
    if (format.is_scaled && !convolution.scaled) continue;
    candidates.push_back(alone(convolution, format));
    if (auto pooled = with_pool(view, convolution, format))
      candidates.push_back(std::move(*pooled));
  }
}

}  // namespace solder::compiler::armv7em
