// Ways to compute a prepared step, each with what it costs, for selection.h to choose from.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "runtime/kernels/step_builder.h"

namespace solder::compiler::armv7em {

// A step as it was prepared, and the max pooling after it where nothing else reads its output.
struct StepView {
  const StepBuilder* builder;
  const PreparedStep* step;
  const PreparedStep* pool = nullptr;

  template <class Params>
  const Params& params() const {
    return *static_cast<const Params*>(step->step.params);
  }
  Operand operand(int index) const { return step->step.operands[index]; }
  // A constant operand's elements, null for an absent one.
  template <class T>
  const T* constant(int index) const {
    if (operand(index).region() == Operand::kAbsent) return nullptr;
    return static_cast<const T*>(builder->constant_data(operand(index)));
  }
};

struct Candidate {
  KernelId kernel;
  double cycles;                 // modelled, about, caches cold
  uint32_t scratch_bytes = 0;    // of the arena
  uint32_t constant_bytes = 0;   // in flash: weights and tables
  int32_t channels_at_once = 1;  // of the output, which are filled up to a multiple
  bool fuses_pool = false;
  int32_t output_lead = -1;  // PreparedStep::output_lead
  bool in_place = false;     // the output may begin where the input does, and nowhere else in it
  // Packs the constants and replaces the step; empty: the step stays as it is.
  std::function<Error(StepBuilder&, PreparedStep&)> apply = {};
};

// Adds what there is for a step; for a kernel that none is written for, nothing.
void add_conv_2d_f32(const StepView& view, std::vector<Candidate>& candidates);
void add_depthwise_conv_2d_f32(const StepView& view, std::vector<Candidate>& candidates);
void add_conv_2d_s8(const StepView& view, std::vector<Candidate>& candidates);
void add_depthwise_conv_2d_s8(const StepView& view, std::vector<Candidate>& candidates);
void add_elementwise(const StepView& view, std::vector<Candidate>& candidates);
void add_fully_connected(const StepView& view, std::vector<Candidate>& candidates);
void add_conv_2d_s8_winograd(const StepView& view, std::vector<Candidate>& candidates);

}  // namespace solder::compiler::armv7em
