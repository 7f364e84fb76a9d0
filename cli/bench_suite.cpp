#include "cli/bench_suite.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/common/kernels.h"
#include "cli/common/table.h"
#include "compiler/data/files.h"
#include "compiler/driver/progress.h"
#include "compiler/ir/cost.h"

namespace solder::cli {
namespace {

using nlohmann::json;

struct Figures {
  int64_t macs = 0, instructions = 0, cycles = 0;
  double ms = 0;
  int64_t arena_bytes = 0, stack_bytes = 0, code_bytes = 0, weights_bytes = 0;
};

Figures figures_of(const BenchJob& job) {
  const auto executable = prepare(job);
  const BenchResult result = measure(job, executable);
  if (!result.cycles) throw std::runtime_error("--suite and --pareto need cycles: not on QEMU");
  return {.macs = compiler::macs(executable.graph()),
          .instructions = result.figures.total,
          .cycles = result.cycles->total,
          .ms = milliseconds(job, result.cycles->total),
          .arena_bytes = result.figures.arena_bytes,
          .stack_bytes = result.figures.stack_bytes,
          .code_bytes = result.code_bytes,
          .weights_bytes = result.weights_bytes};
}

json to_json(const Figures& f) {
  return {{"macs", f.macs},
          {"instructions", f.instructions},
          {"cycles", f.cycles},
          {"ms", f.ms},
          {"arena_bytes", f.arena_bytes},
          {"stack_bytes", f.stack_bytes},
          {"code_bytes", f.code_bytes},
          {"weights_bytes", f.weights_bytes}};
}

json parse(const std::filesystem::path& path) {
  const std::vector<uint8_t> text = compiler::read_file(path);
  json suite = json::parse(text, nullptr, false);
  const bool ok = suite.is_object() && suite["models"].is_array() &&
                  std::ranges::all_of(suite["models"], [](const json& entry) {
                    return entry.is_object() && entry.value("name", json()).is_string() &&
                           entry.value("model", json()).is_string() &&
                           entry.value("input", json("")).is_string() &&
                           entry.value("baseline", json::object()).is_object();
                  });
  if (!ok)
    throw std::runtime_error(fmt::format(
        R"({}: is not a suite: {{"models": [{{"name": ..., "model": ..., "input": ...}}]}})",
        path.string()));
  return suite;
}

// What the other engine needs, and how many times less ours is.
std::string compared(const json& engine, const char* key, double ours) {
  const json value = engine.value(key, json());
  if (!value.is_number()) return {};
  const double theirs = value.get<double>();
  const std::string shown =
      value.is_number_integer() ? with_commas(value.get<int64_t>()) : fmt::format("{:.2f}", theirs);
  return fmt::format("{} ({:.1f}x)", shown, theirs / ours);
}

}  // namespace

void bench_suite(const BenchJob& job, const std::filesystem::path& path, bool as_json) {
  const json suite = parse(path);
  const std::string engine = suite.value("baseline", "baseline");
  Table table({"<model", "MACs", "instructions", engine, "modelled ms", engine, "published",
               "arena", engine, "code", engine, "stack", "weights, tables"});
  json all = json::array();
  std::string missing;
  for (const json& entry : suite["models"]) {
    BenchJob one = job;
    const std::string name = entry["name"];
    one.model = path.parent_path() / entry["model"].get<std::string>();
    if (entry.contains("input")) one.input = path.parent_path() / entry["input"].get<std::string>();
    if (!std::filesystem::exists(one.model)) {
      missing += fmt::format("{}: {} is not there\n", name, one.model.string());
      continue;
    }
    const Figures f = figures_of(one);
    json line = to_json(f);
    line["name"] = name;
    all.push_back(std::move(line));
    const json theirs = entry.value("baseline", json::object());
    table.add({name, with_commas(f.macs), with_commas(f.instructions),
               compared(theirs, "instructions", static_cast<double>(f.instructions)),
               fmt::format("{:.2f}", f.ms), compared(theirs, "ms", f.ms),
               compared(theirs, "published_ms", f.ms), with_commas(f.arena_bytes),
               compared(theirs, "arena_bytes", static_cast<double>(f.arena_bytes)),
               with_commas(f.code_bytes),
               compared(theirs, "code_bytes", static_cast<double>(f.code_bytes)),
               with_commas(f.stack_bytes), with_commas(f.weights_bytes)});
  }
  if (as_json)
    fmt::print("{}\n", all.dump(2));
  else
    fmt::print("{} kernels, --prefer {}, {} at {} MHz\n\n{}{}", job.kernels, name_of(job.prefer),
               job.board.name, job.board.clock_mhz, table.text(), missing);
}

void bench_pareto(const BenchJob& job, bool as_json) {
  Table table({"<prefer", "instructions", "modelled ms", "RAM: arena", "stack", "flash: code",
               "flash: weights, tables"});
  json all = json::array();
  for (const compiler::Prefer prefer : kPreferences) {
    BenchJob one = job;
    one.prefer = prefer;
    const Figures f = figures_of(one);
    json line = to_json(f);
    line["prefer"] = name_of(prefer);
    all.push_back(std::move(line));
    table.add({name_of(prefer), with_commas(f.instructions), fmt::format("{:.2f}", f.ms),
               with_commas(f.arena_bytes), with_commas(f.stack_bytes), with_commas(f.code_bytes),
               with_commas(f.weights_bytes)});
  }
  if (as_json)
    fmt::print("{}\n", all.dump(2));
  else
    fmt::print("{}", table.text());
}

}  // namespace solder::cli
