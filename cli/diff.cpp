// `solder diff`: two models over the same input, layer by layer; or one, on this computer and in
// firmware on the virtual board.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "cli/command.h"
#include "cli/common/bar_chart.h"
#include "cli/common/bench_firmware.h"
#include "cli/common/kernels.h"
#include "cli/common/model.h"
#include "cli/common/table.h"
#include "compiler/data/files.h"
#include "compiler/data/values.h"
#include "compiler/planning/target.h"

namespace solder::cli {
namespace {

// Float layers that differ by less than this part of their range count as equal.
constexpr float kRelativeError = 1e-5F;

struct DiffOptions {
  std::filesystem::path a, b, input, svg;
  std::string board;
  bool json = false;
};

struct Layer {
  int op;
  OperatorType type;
  std::string name;
  Shape shape;
  float scale;  // 0 for float
  std::vector<float> values;
};

// Takes outputs of `graph`'s operators into `layers`, which outlives what is returned.
compiler::Executable::Observer collect(const compiler::Graph& graph, std::vector<Layer>& layers) {
  return [&](int op, int tensor, const void* data) {
    const compiler::Tensor& t = graph.tensors[static_cast<size_t>(tensor)];
    const bool quantized = t.quantization.scale.size() == 1;
    const float scale = quantized ? t.quantization.scale[0] : 0;
    const auto zero_point = quantized ? static_cast<int32_t>(t.quantization.zero_point[0]) : 0;
    layers.push_back({op, graph.operators[static_cast<size_t>(op)].type, t.name, t.shape, scale,
                      compiler::real_values(data, t.type, scale, zero_point, t.shape.elements())});
  };
}

std::vector<Layer> run_layers(const std::filesystem::path& path, const std::vector<float>& input,
                              Use use) {
  const auto executable = prepare_model(path, kReferenceKernels, use);
  const Model model = executable.model();
  if (model.input_count() != 1 ||
      model.input_info(0).shape.elements() != static_cast<int64_t>(input.size()))
    throw std::runtime_error(
        fmt::format("{}: its input is {}, but the other model's has {} elements", path.string(),
                    compiler::describe(model.input_info(0)), input.size()));
  compiler::store_real_values(input, model.input_info(0), model.input(0));
  std::vector<Layer> layers;
  executable.invoke(collect(executable.graph(), layers));
  return layers;
}

// What bench firmware with the model computes, read from its arena between the steps.
std::vector<Layer> run_layers_on_board(const DiffOptions& options) {
  BenchBoard board{.name = options.board};
  const auto executable = prepare_model(options.a, kArmv7emKernels, Use::kRun);
  const Model model = executable.model();
  fill_input(model, options.input);
  const auto* bytes = model.input<uint8_t>(0);
  const auto cpp = compiler::export_cpp(executable, "model", options.a.filename().string());
  place(board, cpp);
  const BuiltFirmware built =
      build_bench_firmware(board, cpp, {bytes, bytes + model.input_info(0).bytes});
  std::vector<Layer> layers;
  observe_bench_firmware(board, built.elf, executable, collect(executable.graph(), layers));
  return layers;
}

struct Comparison {
  const Layer* a;
  const Layer* b;
  float max_error = 0, mean_error = 0, tolerance = 0;
  float range = 0;  // the largest value of a
  bool differs() const { return !(max_error <= tolerance); }
};

// Between two quantized layers of one scale every step counts; between floats the rounding of
// kRelativeError does not; between different scales one step of each does not.
Comparison compare(const Layer& a, const Layer& b) {
  Comparison c{&a, &b};
  double sum = 0;
  for (size_t i = 0; i < a.values.size(); ++i) {
    const float error = std::abs(a.values[i] - b.values[i]);
    if (!(error <= c.max_error)) c.max_error = error;  // NaN stays
    sum += error;
    c.range = std::max(c.range, std::abs(a.values[i]));
  }
  c.mean_error =
      static_cast<float>(sum / static_cast<double>(std::max<size_t>(1, a.values.size())));
  if (a.scale == 0 && b.scale == 0)
    c.tolerance = kRelativeError * c.range;
  else if (a.scale != b.scale)
    c.tolerance = a.scale + b.scale;
  return c;
}

// Layers are matched in order by the shape of their output.
std::vector<Comparison> match(const std::vector<Layer>& a, const std::vector<Layer>& b) {
  std::vector<Comparison> matched;
  size_t next = 0;
  for (const Layer& layer : a) {
    size_t at = next;
    while (at < b.size() && !(b[at].shape == layer.shape)) ++at;
    if (at == b.size()) continue;
    matched.push_back(compare(layer, b[at]));
    next = at + 1;
  }
  return matched;
}

void print_text(const std::vector<Comparison>& comparisons, const Comparison* first) {
  Table table({"#", "<operator", "<shape", "max error", "mean error", "tolerance", "<", "<tensor"});
  for (const Comparison& c : comparisons)
    table.add({std::to_string(c.a->op), operator_name(c.a->type), compiler::to_string(c.a->shape),
               fmt::format("{:.3g}", c.max_error), fmt::format("{:.3g}", c.mean_error),
               fmt::format("{:.3g}", c.tolerance), c.differs() ? "differs" : "same", c.a->name});
  fmt::print("{}", table.text());
  if (first == nullptr) {
    fmt::print("no layer differs\n");
    return;
  }
  fmt::print("the first layer that differs is {} {}, \"{}\" against \"{}\": by {:.6g} at most\n",
             first->a->op, operator_name(first->a->type), first->a->name, first->b->name,
             first->max_error);
}

std::string chart(const DiffOptions& options, const std::vector<Comparison>& comparisons) {
  std::vector<Bar> bars;
  for (const Comparison& c : comparisons) {
    const double percent = c.range > 0 ? 100.0 * c.max_error / c.range : 0;
    bars.push_back(
        {fmt::format("{} {}", c.a->op, operator_name(c.a->type)), percent,
         fmt::format("{:.3g} % ({:.3g}){}", percent, c.max_error, c.differs() ? ", differs" : "")});
  }
  return bar_chart(
      fmt::format("{} and {}: largest error by layer, of the largest value",
                  options.a.filename().string(),
                  options.board.empty() ? options.b.filename().string() : options.board),
      bars);
}

void diff(const DiffOptions& options) {
  if (options.b.empty() == options.board.empty())
    throw std::runtime_error("give a second model or --board, to compare the first with");
  // The input comes in the type of the first model.
  std::vector<float> input;
  {
    const auto executable = prepare_model(options.a, kReferenceKernels, Use::kCompareLayers);
    const Model model = executable.model();
    fill_input(model, options.input);
    input = compiler::real_values(model.input(0), model.input_info(0));
  }
  // Firmware is compared as it is built, with what the compiler leaves out.
  const Use use = options.board.empty() ? Use::kCompareLayers : Use::kRun;
  const auto a = run_layers(options.a, input, use);
  const auto b =
      options.board.empty() ? run_layers(options.b, input, use) : run_layers_on_board(options);
  const auto comparisons = match(a, b);
  if (comparisons.empty()) throw std::runtime_error("the models have no layers of the same shape");
  const auto found = std::ranges::find_if(comparisons, &Comparison::differs);
  const Comparison* first = found == comparisons.end() ? nullptr : &*found;
  if (!options.svg.empty()) compiler::write_file(options.svg, chart(options, comparisons));
  if (!options.json) return print_text(comparisons, first);
  nlohmann::json layers = nlohmann::json::array();
  for (const Comparison& c : comparisons)
    layers.push_back({{"operator", c.a->op},
                      {"type", operator_name(c.a->type)},
                      {"tensor", c.a->name},
                      {"max_error", c.max_error},
                      {"mean_error", c.mean_error},
                      {"differs", c.differs()}});
  nlohmann::json all = {{"layers", layers}, {"first_difference", nullptr}};
  if (first != nullptr) all["first_difference"] = first->a->op;
  fmt::print("{}\n", all.dump(2));
}

}  // namespace

void add_diff_command(CLI::App& program) {
  auto options = std::make_shared<DiffOptions>();
  CLI::App& command =
      *program.add_subcommand("diff", "Layer by layer: where two models, or host and board, part");
  command.add_option("A", options->a, "A model; the input is in its type")->required();
  command.add_option("B", options->b, "Another model of the same network");
  command
      .add_option("--board", options->board,
                  "In place of B: firmware with A on this virtual board, with generic kernels")
      ->check(CLI::IsMember({compiler::kStm32f746.name}));
  command.add_option("--input", options->input, "Input tensor of A, raw little-endian")->required();
  command.add_option("--svg", options->svg, "Draw the error of every layer into this file");
  command.add_flag("--json", options->json, "Print figures as JSON");
  command.callback([options] { diff(*options); });
}

}  // namespace solder::cli
