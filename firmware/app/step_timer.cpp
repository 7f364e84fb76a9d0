#include "firmware/app/step_timer.h"

#include <algorithm>

#include "firmware/hal/board.h"

namespace firmware {

uint32_t StepTimer::invoke(const solder::Model& model) {
  calibrate();
  const uint32_t start = cycles();
  model.invoke({.begin = begin, .end = end, .context = this});
  return cycles() - start;
}

uint32_t StepTimer::cycles_of(uint32_t step) const {
  return step < kMaxSteps ? cycles_[step] - std::min(cycles_[step], overhead_) : 0;
}

void StepTimer::begin(void* context, uint32_t) {
  static_cast<StepTimer*>(context)->start_ = cycles();
}

void StepTimer::end(void* context, uint32_t step) {
  const uint32_t now = cycles();
  auto& self = *static_cast<StepTimer*>(context);
  if (step < kMaxSteps) self.cycles_[step] = now - self.start_;
}

// The least that an empty step reads: the first ones also fill the caches.
void StepTimer::calibrate() {
  const solder::Profiler profiler = {.begin = begin, .end = end, .context = this};
  overhead_ = UINT32_MAX;
  for (int i = 0; i < 8; ++i) {
    profiler.begin(this, 0);
    profiler.end(this, 0);
    overhead_ = std::min(overhead_, cycles_[0]);
  }
}

}  // namespace firmware
