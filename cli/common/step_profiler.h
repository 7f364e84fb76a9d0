// Splits what a bench firmware executes by the steps of its plan, without the firmware's doing: the
// board stops where the firmware's timer begins and ends a step.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "simulator/boards/board.h"

namespace solder::cli {

struct StepProfile {
  simulator::CycleCount time;                         // with the stalls
  std::vector<simulator::FunctionProfile> functions;  // most cycles first
};

class StepProfiler {
 public:
  // Throws std::runtime_error when the image lacks the timer's symbols.
  explicit StepProfiler(simulator::Board& board);

  // Called when a step has ended; its output is in the arena. The last call for a step is of the
  // inference that counts.
  void on_step(std::function<void(uint32_t step)> action) { on_step_ = std::move(action); }
  // Like board.run().
  simulator::RunResult run();
  // One entry per step of the plan.
  const std::vector<StepProfile>& steps() const { return steps_; }

 private:
  void end_step(uint32_t step);

  simulator::Board& board_;
  uint32_t begin_, end_;  // addresses of the timer's functions
  simulator::CycleCount time_;
  std::vector<simulator::FunctionProfile> functions_;
  std::vector<StepProfile> steps_;
  std::function<void(uint32_t)> on_step_;
};

}  // namespace solder::cli
