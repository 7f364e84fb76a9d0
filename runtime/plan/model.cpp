#include "runtime/plan/model.h"

namespace solder {
namespace {

void execute(const Step& step, const Regions& regions) {
  void* operands[kMaxOperands];
  for (uint32_t i = 0; i < step.operand_count; ++i) operands[i] = regions.resolve(step.operands[i]);
  step.function(step.params, operands);
}

}  // namespace

void Model::invoke() const {
  for (uint32_t i = 0; i < plan_->step_count; ++i) execute(plan_->steps[i], regions_);
}

void Model::invoke(const Profiler& profiler) const {
  for (uint32_t i = 0; i < plan_->step_count; ++i) {
    profiler.begin(profiler.context, i);
    execute(plan_->steps[i], regions_);
    profiler.end(profiler.context, i);
  }
}

}  // namespace solder
