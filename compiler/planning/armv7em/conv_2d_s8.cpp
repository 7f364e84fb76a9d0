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
  for (int32_t first = 0; first < g.filter_height * g.filter_width * g.input_channels;
       first += run) {
    for (int32_t i = 0; i < 2 * p.run_words(); ++i) {
      // 0, 2, 1, 3 of every four
      const int32_t at = p.in_fours() ? (i & ~3) | (i & 1) << 1 | (i & 2) >> 1 : i;
      order.push_back(at < run ? first + at : -1);
    }
  }
  return order;
}

// What int16 and int8 weights differ in; Conv2DS8SmladParams tells the layouts.
struct Weights {
  KernelId alone, with_pool;
  uint32_t word_bytes;  // of two channels' weights for a word of a window
  double word_cycles;
  bool are_doubled;  // else the bias is halved
  void (*pack)(const int8_t (&first)[2], const int8_t (&second)[2], std::vector<uint32_t>& to);
};

uint32_t halfwords(int32_t low, int32_t high) {
  return static_cast<uint16_t>(low) | static_cast<uint32_t>(high) << 16;
}

constexpr Weights kInt16 = {
    .alone = KernelId::conv_2d_s8_smlad_w16,
    .with_pool = KernelId::conv_max_pool_2d_s8_smlad_w16,
    .word_bytes = 8,
    .word_cycles = 8.3,
    .are_doubled = true,
    .pack = [](const int8_t (&first)[2], const int8_t (&second)[2], std::vector<uint32_t>& to) {
      to.push_back(halfwords(2 * first[0], 2 * first[1]));
      to.push_back(halfwords(2 * second[0], 2 * second[1]));
    }};
constexpr Weights kInt8 = {
    .alone = KernelId::conv_2d_s8_smlad_w8,
    .with_pool = KernelId::conv_max_pool_2d_s8_smlad_w8,
    .word_bytes = 4,
    .word_cycles = 9.3,
    .are_doubled = false,
    .pack = [](const int8_t (&first)[2], const int8_t (&second)[2], std::vector<uint32_t>& to) {
      to.push_back(
          halfwords((first[0] & 0xFF) | second[0] * 256, (first[1] & 0xFF) | second[1] * 256));
    }};

std::vector<uint32_t> pack(const Conv2DS8SmladParams& p, const Weights& weights,
                           const int8_t* filter,
                           const std::vector<PackedRequantization>& requantization) {
  const std::vector<int32_t> order = window_order(p);
  const int64_t size =
      int64_t{p.geometry.filter_height} * p.geometry.filter_width * p.geometry.filter_channels;
  std::vector<uint32_t> packed;
  for (int32_t first = 0; first < p.geometry.output_channels; first += 2) {
    const int32_t second = std::min(first + 1, p.geometry.output_channels - 1);
    const PackedRequantization* of[2] = {&requantization[static_cast<size_t>(first)],
                                         &requantization[static_cast<size_t>(second)]};
    for (const auto* r : of)
      packed.push_back(static_cast<uint32_t>(weights.are_doubled ? r->bias : r->bias / 2));
    for (size_t i = 0; i < order.size(); i += 2) {
      const auto weight = [&](int32_t channel, int32_t at) {
        return at < 0 ? int8_t{0} : filter[channel * size + at];
      };
      weights.pack({weight(first, order[i]), weight(first, order[i + 1])},
                   {weight(second, order[i]), weight(second, order[i + 1])}, packed);
    }
    for (const auto* r : of)
      for (const int32_t word : {r->multiplier, r->rounding, r->right_shift})
        packed.push_back(static_cast<uint32_t>(word));
  }
  packed.push_back(0);
  return packed;
}

double cycles(const Conv2DS8SmladParams& p, const Weights& weights, double fours) {
  const double words = p.window_words();
  const double pairs = (p.geometry.output_channels + 1) / 2;
  return fours * (4 * (40 + 1.5 * words) + pairs * (weights.word_cycles * words + 55));
}

// The loop reads two words more.
uint32_t windows_bytes(const Conv2DS8SmladParams& p) {
  return static_cast<uint32_t>(16 * p.window_words() + 8);
}

// Of a row of the convolution's output: the first input that it reads.
int32_t first_read(const Conv2DGeometry& g, int32_t row) {
  return std::max(row * g.stride_height - g.pad_top, 0) * g.input_width * g.input_channels;
}

// How many bytes before the input the output must begin so that nothing is written over what later
// windows read: they are in scratch before their outputs are written.
int32_t output_lead(const Conv2DGeometry& g) {
  int32_t lead = 0;
  for (int32_t done = 4; done < g.output_height * g.output_width; done += 4)
    lead = std::max(lead, done * g.output_channels - first_read(g, done / g.output_width));
  return lead;
}

int32_t output_lead(const ConvMaxPool2DS8SmladParams& p) {
  const Conv2DGeometry& g = p.convolution.geometry;
  int32_t lead = 0;
  for (int32_t done = 1; done < p.pooled_height * p.pooled_width; ++done) {
    const int32_t row = std::max(done / p.pooled_width * p.pool_stride_height - p.pool_pad_top, 0);
    lead = std::max(lead, done * g.output_channels - first_read(g, row));
  }
  return lead;
}

// What the candidates of one convolution have in common.
struct Convolution {
  Conv2DS8SmladParams params;
  const int8_t* filter;
  std::vector<PackedRequantization> requantization;
  Operand input, output;

  int32_t pixels() const {
    const Conv2DGeometry& g = params.geometry;
    return g.batches * g.output_height * g.output_width;
  }
  uint32_t packed_bytes(const Weights& weights) const {
    const auto pairs = static_cast<uint32_t>(params.geometry.output_channels + 1) / 2;
    return pairs * (32 + weights.word_bytes * static_cast<uint32_t>(params.window_words())) + 4;
  }
};

template <class Params>
Candidate candidate(KernelId kernel, const Convolution& c, const Weights& weights,
                    const Params& params, uint32_t scratch_bytes) {
  return {.kernel = kernel,
          .cycles = 0,
          .scratch_bytes = scratch_bytes,
          .constant_bytes = c.packed_bytes(weights),
          .apply = [=](StepBuilder& steps, PreparedStep& step) -> Error {
            const std::vector<uint32_t> packed =
                pack(c.params, weights, c.filter, c.requantization);
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

Candidate alone(const Convolution& c, const Weights& weights) {
  // The last windows leave their outputs in scratch when they are less than four.
  const int32_t rest = c.pixels() % 4 != 0 ? 4 * c.params.geometry.output_channels : 0;
  const uint32_t scratch =
      std::max(windows_bytes(c.params), static_cast<uint32_t>(16 * c.params.window_words() + rest));
  Candidate result = candidate(weights.alone, c, weights, c.params, scratch);
  result.cycles = cycles(c.params, weights, (c.pixels() + 3) / 4);
  if (c.params.geometry.batches == 1) result.output_lead = output_lead(c.params.geometry);
  return result;
}

// With the max pooling after it, when its windows have four taps.
std::optional<Candidate> with_pool(const StepView& view, Convolution c, const Weights& weights) {
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
  Candidate result = candidate(weights.with_pool, c, weights, params, windows_bytes(c.params));
  result.cycles = cycles(c.params, weights, g.batches * g.output_height * g.output_width);
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
  const Convolution convolution = {
      .params = {g, -p.input_offset, p.activation_min, p.activation_max},
      .filter = filter,
      .requantization = *requantization,
      .input = view.operand(0),
      .output = view.operand(4)};
  for (const Weights& weights : {kInt16, kInt8}) {
    candidates.push_back(alone(convolution, weights));
    if (auto pooled = with_pool(view, convolution, weights))
      candidates.push_back(std::move(*pooled));
  }
}

}  // namespace solder::compiler::armv7em
