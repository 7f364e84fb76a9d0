#include "cli/common/step_profiler.h"

#include <algorithm>
#include <map>
#include <stdexcept>

namespace solder::cli {
namespace {

using simulator::FunctionProfile;

// firmware::StepTimer::begin and end (void*, uint32_t).
constexpr const char* kBegin = "_ZN8firmware9StepTimer5beginEPvm";
constexpr const char* kEnd = "_ZN8firmware9StepTimer3endEPvm";

uint32_t address_of(const simulator::Image& image, const char* symbol) {
  const auto address = image.symbol(symbol);
  if (!address)
    throw std::runtime_error(image.path() + ": has no step timer; is it a bench image?");
  return *address & ~1U;  // bit 0 says Thumb
}

std::vector<FunctionProfile> difference(const std::vector<FunctionProfile>& before,
                                        std::vector<FunctionProfile> after) {
  std::map<std::string, const FunctionProfile*> earlier;
  for (const FunctionProfile& f : before) earlier[f.function] = &f;
  for (FunctionProfile& f : after) {
    const auto found = earlier.find(f.function);
    if (found == earlier.end()) continue;
    f.instructions -= found->second->instructions;
    f.time -= found->second->time;
  }
  std::erase_if(after, [](const FunctionProfile& f) { return f.instructions == 0; });
  std::ranges::sort(after, std::greater{}, [](const FunctionProfile& f) { return f.time.cycles; });
  return after;
}

}  // namespace

StepProfiler::StepProfiler(simulator::Board& board)
    : board_(board),
      begin_(address_of(board.image(), kBegin)),
      end_(address_of(board.image(), kEnd)) {}

simulator::RunResult StepProfiler::run() {
  bool inside = false;
  while (true) {
    // One breakpoint at a time, so that going on from it does not meet it again.
    board_.core().set_breakpoints({inside ? end_ : begin_});
    simulator::RunResult result = board_.run();
    if (result.reason != simulator::StopReason::kDebugBreakpoint) return result;
    if (inside) end_step(board_.registers().r[1]);
    time_ = board_.time();
    functions_ = board_.profile();
    inside = !inside;
  }
}

// The timer's calibration comes as step 0 before the real one, which overwrites it.
void StepProfiler::end_step(uint32_t step) {
  if (step >= steps_.size()) steps_.resize(step + 1);
  steps_[step].time = board_.time();
  steps_[step].time -= time_;
  steps_[step].functions = difference(functions_, board_.profile());
  if (on_step_) on_step_(step);
}

}  // namespace solder::cli
