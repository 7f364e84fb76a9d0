#include "compiler/planning/armv7em/choice.h"

#include <algorithm>

namespace solder::compiler::armv7em {

int64_t bytes_with(const Choice& choice, const Candidate& c) {
  const int64_t output = c.fuses_pool ? choice.pooled_bytes : choice.output_bytes;
  const int64_t apart = choice.input_bytes + output;
  const int32_t lead = c.in_place && choice.input_bytes >= output ? 0 : c.output_lead;
  const int64_t over =
      lead < 0 || choice.input_bytes == 0 ? apart : std::max(output, lead + choice.input_bytes);
  return choice.other_bytes + std::min(over, apart) + c.scratch_bytes;
}

}  // namespace solder::compiler::armv7em
