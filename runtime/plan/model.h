// A model that is ready to run, whichever door it came through:
//
//   float* in = model.input<float>(0);    // fill it: it is part of the arena
//   model.invoke();
//   const float* out = model.output<float>(0);
//
// Inputs may be overwritten by an inference: fill them before every invoke().
#pragma once

#include "runtime/plan/plan.h"

namespace solder {

// Called around every step; `context` is handed through.
struct Profiler {
  void (*begin)(void* context, uint32_t step_index) = nullptr;
  void (*end)(void* context, uint32_t step_index) = nullptr;
  void* context = nullptr;
};

class Model {
 public:
  Model() = default;
  Model(const Plan& plan, const Regions& regions) : plan_(&plan), regions_(regions) {}

  const Plan& plan() const { return *plan_; }
  const Regions& regions() const { return regions_; }

  uint32_t input_count() const { return plan_->input_count; }
  uint32_t output_count() const { return plan_->output_count; }
  const TensorInfo& input_info(uint32_t index) const { return plan_->inputs[index]; }
  const TensorInfo& output_info(uint32_t index) const { return plan_->outputs[index]; }
  // Aligned to 16 bytes; info.bytes long; dense, in the info's shape and type.
  template <class T = void>
  T* input(uint32_t index) const {
    return static_cast<T*>(regions_.resolve(plan_->inputs[index].operand));
  }
  template <class T = void>
  const T* output(uint32_t index) const {
    return static_cast<const T*>(regions_.resolve(plan_->outputs[index].operand));
  }

  // One inference. Never fails: whatever could, failed when the plan was made.
  void invoke() const;
  void invoke(const Profiler& profiler) const;

 private:
  const Plan* plan_ = nullptr;
  Regions regions_;
};

}  // namespace solder
