// Cycles of every step of an inference.
#pragma once

#include "runtime/plan/model.h"

namespace firmware {

class StepTimer {
 public:
  // Of a plan with more steps, the rest are timed as part of nothing.
  static constexpr uint32_t kMaxSteps = 512;

  // One inference under the timer. Returns its cycles as a whole.
  uint32_t invoke(const solder::Model& model);
  // Without what reading the counter costs.
  uint32_t cycles_of(uint32_t step) const;

 private:
  static void begin(void* context, uint32_t step);
  static void end(void* context, uint32_t step);
  void calibrate();

  uint32_t start_ = 0;
  uint32_t overhead_ = 0;
  uint32_t cycles_[kMaxSteps] = {};
};

}  // namespace firmware
