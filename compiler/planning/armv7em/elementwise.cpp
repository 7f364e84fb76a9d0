#include <algorithm>
#include <array>
#include <cstdlib>

#include "compiler/planning/armv7em/candidate.h"
#include "compiler/planning/armv7em/requantization.h"

namespace solder::compiler::armv7em {
namespace {

bool is_dense(const int32_t (&dims)[kBroadcastRank], const int32_t (&strides)[kBroadcastRank]) {
  int32_t inner = 1;
  for (int d = kBroadcastRank - 1; d >= 0; --d) {
    if (dims[d] > 1 && strides[d] != inner) return false;
    inner *= dims[d];
  }
  return true;
}

// Of every value, as uint8: what the kernel that takes all inputs adds, times `factor`.
void fill(const Requantization& r, int32_t offset, int32_t left_shift, int32_t factor,
          int32_t* table) {
  for (int32_t i = 0; i < 256; ++i) {
    const int32_t shifted = (static_cast<int8_t>(i) + offset) * (1 << left_shift);
    table[i] = factor * requantize(shifted, r);
  }
}

int32_t largest(const int32_t* table) {
  const auto magnitude = [](int32_t x) { return std::abs(x); };
  return std::abs(*std::ranges::max_element(table, table + 256, {}, magnitude));
}

bool is_dense(const Broadcast& shape) {
  return is_dense(shape.dims, shape.strides_a) && is_dense(shape.dims, shape.strides_b);
}

int32_t elements(const Broadcast& shape) {
  int32_t count = 1;
  for (const int32_t dim : shape.dims) count *= dim;
  return count;
}

void add_s8(const StepView& view, std::vector<Candidate>& candidates) {
  const KernelId kernel = view.step->step.kernel;
  const auto& p = view.params<AddParams>();
  if (!is_dense(p.broadcast)) return;
  std::array<int32_t, 512> sums;
  fill(p.requantization_a, p.offset_a, p.left_shift, 2, sums.data());
  fill(p.requantization_b, p.offset_b, p.left_shift, kernel == KernelId::add_s8 ? 2 : -2,
       sums.data() + 256);
  if (int64_t{largest(sums.data())} + largest(sums.data() + 256) > INT32_MAX) return;
  const auto r = pack_requantization(p.requantization_output, p.output_offset);
  if (!r) return;
  const int32_t count = elements(p.broadcast);
  const AddS8TableParams params = {count,          r->multiplier,    r->rounding,
                                   r->right_shift, p.activation_min, p.activation_max};
  const Operand a = view.operand(0), b = view.operand(1), output = view.operand(2);
  candidates.push_back({.kernel = KernelId::add_s8_table,
                        .cycles = 10.0 * count,
                        .constant_bytes = sizeof(sums),
                        .output_lead = 0,
                        .apply = [=](StepBuilder& steps, PreparedStep& step) -> Error {
                          auto* with = steps.params<AddS8TableParams>();
                          auto* table = steps.table<int32_t>(static_cast<int32_t>(sums.size()));
                          if (with == nullptr || table == nullptr) return steps.no_memory();
                          *with = params;
                          std::ranges::copy(sums, table);
                          steps.replace(step, KernelId::add_s8_table, with,
                                        {a, b, steps.operand_of_table(table), output});
                          return {};
                        }});
}

void add_f32(const StepView& view, std::vector<Candidate>& candidates) {
  const auto& p = view.params<ArithmeticF32Params>();
  if (!is_dense(p.broadcast)) return;
  const AddF32DenseParams params = {elements(p.broadcast), p.activation_min, p.activation_max};
  const Operand a = view.operand(0), b = view.operand(1), output = view.operand(2);
  candidates.push_back({.kernel = KernelId::add_f32_dense,
                        .cycles = 9.0 * params.count,
                        .output_lead = 0,
                        .apply = [=](StepBuilder& steps, PreparedStep& step) -> Error {
                          auto* with = steps.params<AddF32DenseParams>();
                          if (with == nullptr) return steps.no_memory();
                          *with = params;
                          steps.replace(step, KernelId::add_f32_dense, with, {a, b, output});
                          return {};
                        }});
}

}  // namespace

void add_elementwise(const StepView& view, std::vector<Candidate>& candidates) {
  const KernelId kernel = view.step->step.kernel;
  if (kernel == KernelId::add_s8 || kernel == KernelId::sub_s8) add_s8(view, candidates);
  if (kernel == KernelId::add_f32) add_f32(view, candidates);
}

}  // namespace solder::compiler::armv7em
