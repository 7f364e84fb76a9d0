// One step's candidates, and which of them is taken.
#pragma once

#include <vector>

#include "compiler/planning/armv7em/candidate.h"

namespace solder::compiler::armv7em {

struct Choice {
  PreparedStep* step;
  std::vector<Candidate> candidates;
  int64_t input_bytes = 0;     // where nobody reads the input later, else 0
  int64_t output_bytes = 0;    // of the operator
  int64_t pooled_bytes = 0;    // of the pool after it
  int64_t other_bytes = 0;     // activations in memory besides while the step runs
  int64_t constant_bytes = 0;  // the operator's own
  size_t chosen = 0;

  const Candidate& candidate() const { return candidates[chosen]; }
};

// The arena that a candidate needs while it runs, with all that is alive then.
int64_t bytes_with(const Choice& choice, const Candidate& c);

}  // namespace solder::compiler::armv7em
