// `solder bench` over several models, or over every preference of one.
#pragma once

#include "cli/common/bench_measurement.h"

namespace solder::cli {

// The models that the JSON file `suite` names, one a line, beside the figures of another engine
// that it gives; what is not there is said so. `job`: everything but the model and its input.
// {"baseline": NAME, "models": [{"name", "model", "input",
//   "baseline": {"instructions", "ms", "published_ms", "arena_bytes", "code_bytes"}}]}
// Paths count from the file's folder; figures may be left out.
void bench_suite(const BenchJob& job, const std::filesystem::path& suite, bool json);

// One model by every --prefer.
void bench_pareto(const BenchJob& job, bool json);

}  // namespace solder::cli
