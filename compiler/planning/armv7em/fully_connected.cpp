#include <algorithm>

#include "compiler/planning/armv7em/candidate.h"
#include "compiler/planning/armv7em/requantization.h"

namespace solder::compiler::armv7em {
namespace {

// As FullyConnectedS8SmladParams tells.
std::vector<uint32_t> pack(const FullyConnectedS8Params& p, const int8_t* filter,
                           const std::vector<PackedRequantization>& requantization) {
  std::vector<uint32_t> packed;
  for (int32_t first = 0; first < p.output_depth;) {
    const int32_t block = p.output_depth - first >= 8 ? 8 : 4;
    for (int32_t c = first; c < first + block; ++c) {
      const auto& r = requantization[static_cast<size_t>(std::min(c, p.output_depth - 1))];
      for (const int32_t word : {r.bias / 2, r.multiplier, r.rounding, r.right_shift})
        packed.push_back(static_cast<uint32_t>(word));
    }
    for (int32_t i = 0; i < p.input_depth; i += 4) {
      for (int32_t c = first; c < first + block; ++c) {
        uint32_t word = 0;
        for (int32_t k = 0; k < 4; ++k)
          if (c < p.output_depth && i + k < p.input_depth)
            word |= uint32_t{static_cast<uint8_t>(filter[c * p.input_depth + i + k])} << 8 * k;
        packed.push_back(word);
      }
    }
    first += block;
  }
  packed.push_back(0);
  return packed;
}

void add_s8(const StepView& view, std::vector<Candidate>& candidates) {
  const auto& p = view.params<FullyConnectedS8Params>();
  if (p.filter_offset != 0) return;
  const auto* filter = view.constant<int8_t>(1);
  const auto requantization =
      pack_requantization({view.constant<int32_t>(2), view.constant<Requantization>(3),
                           p.per_channel, p.input_offset, p.output_offset},
                          filter, p.output_depth, p.input_depth);
  if (!requantization) return;
  const Operand input = view.operand(0), output = view.operand(4);
  const auto apply = [=](StepBuilder& steps, PreparedStep& step) -> Error {
    const std::vector<uint32_t> packed = pack(p, filter, *requantization);
    auto* params = steps.params<FullyConnectedS8SmladParams>();
    auto* table = steps.table<uint32_t>(static_cast<int32_t>(packed.size()));
    if (params == nullptr || table == nullptr) return steps.no_memory();
    *params = {p.batches, p.input_depth, p.output_depth, p.activation_min, p.activation_max};
    std::ranges::copy(packed, table);
    steps.replace(step, KernelId::fully_connected_s8_smlad, params,
                  {input, steps.operand_of_table(table), output});
    return {};
  };
  const int32_t channels = (p.output_depth + 3) / 4 * 4;
  const int32_t fours = (p.input_depth + 3) / 4;
  candidates.push_back({.kernel = KernelId::fully_connected_s8_smlad,
                        .cycles = p.batches * channels * (3.3 * fours + 15),
                        .constant_bytes = static_cast<uint32_t>(channels * (4 * fours + 16) + 4),
                        .channels_at_once = 4,
                        .apply = apply});
}

void add_f32(const StepView& view, std::vector<Candidate>& candidates) {
  const auto& p = view.params<FullyConnectedF32Params>();
  const int32_t outputs = (p.output_depth + 7) / 8 * 8;
  const int32_t elements = outputs * p.input_depth;
  const auto* filter = view.constant<float>(1);
  const auto* bias = view.constant<float>(2);
  const Operand input = view.operand(0), output = view.operand(3);
  const auto apply = [=](StepBuilder& steps, PreparedStep& step) -> Error {
    auto* params = steps.params<FullyConnectedF32Params>();
    auto* packed = steps.table<float>(elements);
    auto* packed_bias = steps.table<float>(outputs);
    if (params == nullptr || packed == nullptr || packed_bias == nullptr) return steps.no_memory();
    *params = p;
    float* to = packed;
    for (int32_t first = 0; first < outputs; first += 8)
      for (int32_t i = 0; i < p.input_depth; ++i)
        for (int32_t c = first; c < first + 8; ++c)
          *to++ = c < p.output_depth ? filter[c * p.input_depth + i] : 0;
    if (bias != nullptr) std::copy_n(bias, p.output_depth, packed_bias);
    steps.replace(
        step, KernelId::fully_connected_f32_packed, params,
        {input, steps.operand_of_table(packed), steps.operand_of_table(packed_bias), output});
    return {};
  };
  candidates.push_back({.kernel = KernelId::fully_connected_f32_packed,
                        .cycles = p.batches * (2.1 * elements + 20.0 * p.output_depth),
                        .constant_bytes = static_cast<uint32_t>(4 * (elements + outputs)),
                        .channels_at_once = 4,
                        .apply = apply});
}

}  // namespace

void add_fully_connected(const StepView& view, std::vector<Candidate>& candidates) {
  if (view.step->step.kernel == KernelId::fully_connected_s8) add_s8(view, candidates);
  if (view.step->step.kernel == KernelId::fully_connected_f32) add_f32(view, candidates);
}

}  // namespace solder::compiler::armv7em
