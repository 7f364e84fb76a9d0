// Splits what a bench firmware executes by the steps of its plan, without the firmware's doing: the
// board stops where the firmware's timer begins and ends a step.
#pragma once

#include <cstdint>
#include <string>
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
};

}  // namespace solder::cli
