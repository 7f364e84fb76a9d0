// Why a step's kernel is what it is, for people to read.
#pragma once

#include <string>

#include "compiler/ir/graph.h"
#include "compiler/planning/armv7em/choice.h"

namespace solder::compiler::armv7em {

// Of a step's candidates before any limit; the smallest has the least constants. That the step
// stays as it was prepared, which comes first, counts where there is no other.
struct Extremes {
  Candidate fastest, smallest;
};

Extremes extremes(const Choice& choice);

// What would be faster than what was taken, or how much faster that is than the smallest, and for
// how much memory; whether channels are computed that nobody asked for. Empty: nothing to say.
std::string remark(const Graph& graph, const Choice& choice, const Extremes& all);

}  // namespace solder::compiler::armv7em
