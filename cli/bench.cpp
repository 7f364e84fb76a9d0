// `solder bench`: what an inference costs, counted on the virtual board.
#include <fmt/format.h>

#include <cstring>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "cli/bench_suite.h"
#include "cli/command.h"
#include "cli/common/bar_chart.h"
#include "cli/common/bench_measurement.h"
#include "cli/common/kernels.h"
#include "cli/common/model.h"
#include "cli/common/table.h"
#include "compiler/data/files.h"
#include "compiler/data/values.h"
#include "compiler/ir/cost.h"
#include "compiler/planning/target.h"

namespace solder::cli {
namespace {

using nlohmann::json;

struct BenchOptions {
  BenchJob job;
  std::filesystem::path suite, svg, folded;
  bool json = false, profile = false, pareto = false;
};

std::string ratio(int64_t count, int64_t macs) {
  if (macs == 0) return {};
  return fmt::format("{:.2f}", static_cast<double>(count) / static_cast<double>(macs));
}

// Instructions, and cycles and time where they are modelled.
std::vector<std::string> costs(const BenchOptions& options, int64_t macs, int64_t instructions,
                               std::optional<int64_t> cycles) {
  std::vector<std::string> cells = {with_commas(macs), with_commas(instructions),
                                    ratio(instructions, macs)};
  if (cycles)
    cells.insert(cells.end(), {with_commas(*cycles), ratio(*cycles, macs),
                               fmt::format("{:.3f}", milliseconds(options.job, *cycles))});
  return cells;
}

void print_text(const BenchOptions& options, const compiler::Graph& graph,
                const BenchResult& result) {
  const BenchFigures& f = result.figures;
  fmt::print("{} on {} at {} MHz with {} kernels, weights: {}\n\n",
             options.job.model.filename().string(), options.job.board.name,
             options.job.board.clock_mhz, options.job.kernels, result.weights);
  std::vector<std::string> headings = {"#",    "<operator",    "<output",
                                       "MACs", "instructions", "per MAC"};
  if (result.cycles) headings.insert(headings.end(), {"modelled cycles", "per MAC", "ms"});
  Table table(headings);
  const auto add = [&](std::vector<std::string> row, const std::vector<std::string>& figures) {
    row.insert(row.end(), figures.begin(), figures.end());
    table.add(row);
  };
  for (size_t i = 0; i < f.steps.size(); ++i) {
    const BenchFigures::Step& step = f.steps[i];
    const compiler::Operator& op = graph.operators[static_cast<size_t>(step.op)];
    std::optional<int64_t> cycles;
    if (result.cycles) cycles = result.cycles->steps[i].count;
    add({std::to_string(step.op), step.type,
         compiler::to_string(graph.tensors[static_cast<size_t>(op.outputs[0])].shape)},
        costs(options, compiler::macs(graph, op), step.count, cycles));
  }
  table.add_rule();
  std::optional<int64_t> cycles;
  if (result.cycles) cycles = result.cycles->total;
  add({"", "total", ""}, costs(options, compiler::macs(graph), f.total, cycles));
  fmt::print("{}\n", table.text());
  Table memory({"<memory", "bytes"});
  memory.add({"flash: inference code", with_commas(result.code_bytes)});
  memory.add({result.weights == "qspi" ? "QSPI flash: weights, biases, tables"
                                       : "flash: weights, biases, tables",
              with_commas(result.weights_bytes)});
  memory.add({"RAM: arena", with_commas(f.arena_bytes)});
  memory.add({"RAM: peak stack of an inference", with_commas(f.stack_bytes)});
  fmt::print("{}", memory.text());
  for (size_t i = 0; i < result.outputs.size(); ++i)
    fmt::print("\noutput {}: largest is [{}] with {:.6g}\n", i, compiler::argmax(result.outputs[i]),
               result.outputs[i][compiler::argmax(result.outputs[i])]);
}

std::string step_name(const BenchFigures::Step& step) {
  return fmt::format("{} {}", step.op, step.type);
}

// "void solder::(anonymous namespace)::f<int>(long)" -> "solder::f<int>".
std::string short_name(std::string function) {
  constexpr std::string_view kAnonymous = "(anonymous namespace)::";
  for (size_t at; (at = function.find(kAnonymous)) != std::string::npos;)
    function.erase(at, kAnonymous.size());
  function.erase(std::min(function.find('('), function.size()));
  return function.starts_with("void ") ? function.substr(5) : function;
}

// Two tables: cycles by cause of stalling for every operator, and by function.
void print_profile(const BenchFigures& figures) {
  std::vector<std::string> headings = {"<operator", "cycles"};
  for (const auto name : simulator::kStallNames) headings.push_back(std::string(name));
  Table operators(headings);
  Table functions({"<operator", "instructions", "cycles", "<function"});
  const auto row = [](const std::string& name, const simulator::CycleCount& time) {
    std::vector<std::string> cells = {name, with_commas(static_cast<int64_t>(time.cycles))};
    for (const uint64_t stall : time.stalls)
      cells.push_back(with_commas(static_cast<int64_t>(stall)));
    return cells;
  };
  constexpr size_t kFunctionsShown = 3;
  for (size_t i = 0; i < figures.steps.size(); ++i) {
    const StepProfile& profile = figures.profile.at(i);
    operators.add(row(step_name(figures.steps[i]), profile.time));
    for (size_t f = 0; f < profile.functions.size() && f < kFunctionsShown; ++f)
      functions.add({f == 0 ? step_name(figures.steps[i]) : "",
                     with_commas(static_cast<int64_t>(profile.functions[f].instructions)),
                     with_commas(static_cast<int64_t>(profile.functions[f].time.cycles)),
                     short_name(profile.functions[f].function)});
  }
  fmt::print("\nstalled cycles by cause\n{}\nfunctions\n{}", operators.text(), functions.text());
}

// Lines of "model;operator;function cycles", which flame graph programs take.
std::string folded(const BenchOptions& options, const BenchFigures& figures) {
  std::string text;
  for (size_t i = 0; i < figures.steps.size(); ++i)
    for (const auto& f : figures.profile.at(i).functions)
      text += fmt::format("{};{};{} {}\n", options.job.model.filename().string(),
                          step_name(figures.steps[i]), short_name(f.function), f.time.cycles);
  return text;
}

std::string chart(const BenchOptions& options, const BenchFigures& cycles) {
  std::vector<Bar> bars;
  for (const BenchFigures::Step& step : cycles.steps) {
    const double ms = milliseconds(options.job, step.count);
    bars.push_back({step_name(step), ms, fmt::format("{:.3f} ms", ms)});
  }
  return bar_chart(
      fmt::format("{} on {} at {} MHz: {:.2f} ms modelled", options.job.model.filename().string(),
                  options.job.board.name, options.job.board.clock_mhz,
                  milliseconds(options.job, cycles.total)),
      bars);
}

json stalls_json(const simulator::CycleCount& time) {
  json stalls;
  for (size_t i = 0; i < simulator::kStallCauses; ++i)
    stalls[std::string(simulator::kStallNames[i])] = time.stalls[i];
  return stalls;
}

json functions_json(const StepProfile& profile) {
  json functions = json::array();
  for (const auto& f : profile.functions)
    functions.push_back({{"function", f.function},
                         {"instructions", f.instructions},
                         {"cycles", f.time.cycles},
                         {"stalls", stalls_json(f.time)}});
  return functions;
}

// {"instructions"}, and {"cycles", "ms"} where they are modelled.
json costs_json(const BenchOptions& options, int64_t instructions, std::optional<int64_t> cycles) {
  json costs = {{"instructions", instructions}};
  if (cycles) costs.update({{"cycles", *cycles}, {"ms", milliseconds(options.job, *cycles)}});
  return costs;
}

void print_json(const BenchOptions& options, const compiler::Graph& graph,
                const BenchResult& result) {
  json operators = json::array();
  const auto cycles_of = [&](auto figure) {
    return result.cycles ? std::optional<int64_t>(figure(*result.cycles)) : std::nullopt;
  };
  for (size_t i = 0; i < result.figures.steps.size(); ++i) {
    const BenchFigures::Step& step = result.figures.steps[i];
    json entry = costs_json(options, step.count,
                            cycles_of([&](const BenchFigures& f) { return f.steps[i].count; }));
    entry["type"] = step.type;
    entry["macs"] = compiler::macs(graph, graph.operators[static_cast<size_t>(step.op)]);
    if (options.profile && result.cycles) {
      entry["stalls"] = stalls_json(result.cycles->profile.at(i).time);
      entry["functions"] = functions_json(result.cycles->profile[i]);
    }
    operators.push_back(std::move(entry));
  }
  const json all = {
      {"model", options.job.model.filename().string()},
      {"board", options.job.board.name},
      {"clock_mhz", options.job.board.clock_mhz},
      {"kernels", options.job.kernels},
      {"weights", result.weights},
      {"output", result.outputs.size() == 1 ? json(result.outputs[0]) : json(result.outputs)},
      {"total", costs_json(options, result.figures.total,
                           cycles_of([](const BenchFigures& f) { return f.total; }))},
      {"operators", operators},
      {"memory",
       {{"arena_bytes", result.figures.arena_bytes},
        {"stack_bytes", result.figures.stack_bytes},
        {"code_bytes", result.code_bytes},
        {"weights_bytes", result.weights_bytes}}}};
  fmt::print("{}\n", all.dump(2));
}

void bench_model(const BenchOptions& options) {
  const auto executable = prepare(options.job);
  const BenchResult result = measure(options.job, executable);
  const bool wants_cycles = options.profile || !options.svg.empty() || !options.folded.empty();
  if (wants_cycles && !result.cycles)
    throw std::runtime_error(
        "--profile, --svg and --folded need cycles, which QEMU does not model");
  (options.json ? print_json : print_text)(options, executable.graph(), result);
  if (options.profile && !options.json) print_profile(*result.cycles);
  if (!options.svg.empty()) compiler::write_file(options.svg, chart(options, *result.cycles));
  if (!options.folded.empty())
    compiler::write_file(options.folded, folded(options, *result.cycles));
}

void bench(const BenchOptions& options) {
  if (options.job.model.empty() == options.suite.empty())
    throw std::runtime_error("give a MODEL, or --suite FILE that names several");
  if (!options.suite.empty())
    bench_suite(options.job, options.suite, options.json);
  else if (options.pareto)
    bench_pareto(options.job, options.json);
  else
    bench_model(options);
}

}  // namespace

void add_bench_command(CLI::App& program) {
  auto options = std::make_shared<BenchOptions>();
  CLI::App& command = *program.add_subcommand(
      "bench", "Build firmware, run it on the virtual board, count instructions, cycles, memory");
  command.add_option("MODEL", options->job.model, "A .tflite, .onnx, .h5 or .keras file");
  command.add_option("--input", options->job.input,
                     "Input tensor, raw little-endian; default: zeros");
  command
      .add_option(
          "--board", options->job.board.name,
          "Virtual board; on QEMU: mps2-an500 (Cortex-M7), mps2-an386 (M4), mps2-an385 (M3)")
      ->check(CLI::IsMember({"stm32f746g-disco", "mps2-an500", "mps2-an386", "mps2-an385"}))
      ->capture_default_str();
  command.add_option("--clock", options->job.board.clock_mhz, "Core clock in MHz")
      ->check(CLI::IsMember({216, 288}))
      ->capture_default_str();
  command
      .add_option("--weights", options->job.board.weights,
                  "Where weights lie: flash read through AXI or ITCM, copied to SRAM1, or the QSPI "
                  "flash; default: axi, or qspi when they are too many for the flash inside")
      ->check(CLI::IsMember({"axi", "itcm", "sram", "qspi"}));
  add_kernels_option(command, options->job.kernels, compiler::kBoardKernels);
  add_prefer_option(command, options->job.prefer);
  command.add_flag("--json", options->json, "Print figures as JSON");
  command.add_flag("--profile", options->profile,
                   "Also stalls by cause for every operator, and the functions that took the time");
  command.add_flag("--pareto", options->pareto,
                   "Every --prefer side by side, for speed, RAM and flash pull apart");
  command.add_option("--suite", options->suite,
                     "Bench every model that this JSON file names, beside the figures it gives");
  command.add_option("--svg", options->svg, "Draw the time of every operator into this file");
  command.add_option("--folded", options->folded,
                     "Write cycles by operator and function, as flame graph programs read them");
  command.callback([options] { bench(*options); });
}

}  // namespace solder::cli
