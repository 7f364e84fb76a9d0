// `solder inspect`: what a model is and what memory it takes.
#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/common/arena_svg.h"
#include "cli/common/model.h"
#include "cli/common/table.h"
#include "compiler/data/files.h"
#include "compiler/data/values.h"
#include "compiler/ir/cost.h"
#include "compiler/ir/dump.h"

namespace solder::cli {
namespace {

using compiler::Executable;
using compiler::Graph;
using compiler::Operator;
using nlohmann::json;

struct InspectOptions {
  std::filesystem::path model, svg;
  bool json = false, graph = false;
};

// Weights and biases that an operator reads.
int64_t parameters_of(const Graph& graph, const Operator& op) {
  Graph alone;
  alone.tensors = graph.tensors;
  alone.operators = {op};
  return compiler::parameters(alone).count;
}

const compiler::Tensor& output_of(const Graph& graph, const Operator& op) {
  return graph.tensors[static_cast<size_t>(op.outputs[0])];
}

// "offset 21632", or "in conv2d/Relu" for a tensor that shares another's memory.
std::string place(const Executable& executable, int tensor) {
  const int buffer = executable.buffer_of(tensor);
  const std::string offset = with_commas(executable.buffers()[static_cast<size_t>(buffer)].offset);
  return buffer == tensor ? offset : offset + " (shared)";
}

void print_text(const Executable& executable) {
  const Graph& graph = executable.graph();
  const Plan& plan = executable.plan();
  for (uint32_t i = 0; i < plan.input_count; ++i)
    fmt::print("input  \"{}\" {}\n", plan.inputs[i].name, compiler::describe(plan.inputs[i]));
  for (uint32_t i = 0; i < plan.output_count; ++i)
    fmt::print("output \"{}\" {}\n", plan.outputs[i].name, compiler::describe(plan.outputs[i]));
  fmt::print("\n");
  Table table(
      {"#", "<operator", "<output", "<type", "MACs", "parameters", "RAM", "<at", "<tensor"});
  for (size_t i = 0; i < graph.operators.size(); ++i) {
    const Operator& op = graph.operators[i];
    const compiler::Tensor& output = output_of(graph, op);
    table.add({std::to_string(i), operator_name(op.type), compiler::to_string(output.shape),
               type_name(output.type), with_commas(compiler::macs(graph, op)),
               with_commas(parameters_of(graph, op)), with_commas(output.bytes()),
               place(executable, op.outputs[0]), output.name});
  }
  fmt::print("{}\n", table.text());
  const auto parameters = compiler::parameters(graph);
  fmt::print("{} MACs, {} parameters in {} bytes\n", with_commas(compiler::macs(graph)),
             with_commas(parameters.count), with_commas(parameters.bytes));
  fmt::print("arena {} bytes; no plan of these tensors can need less than {}\n",
             with_commas(plan.arena_bytes), with_commas(executable.arena_lower_bound()));
}

void print_json(const Executable& executable) {
  const Graph& graph = executable.graph();
  json operators = json::array();
  for (const Operator& op : graph.operators) {
    const compiler::Tensor& output = output_of(graph, op);
    operators.push_back({{"type", operator_name(op.type)},
                         {"output", output.name},
                         {"output_shape", compiler::to_string(output.shape)},
                         {"output_type", type_name(output.type)},
                         {"output_bytes", output.bytes()},
                         {"macs", compiler::macs(graph, op)},
                         {"parameters", parameters_of(graph, op)}});
  }
  const auto parameters = compiler::parameters(graph);
  const json all = {{"operators", operators},
                    {"macs", compiler::macs(graph)},
                    {"parameters", parameters.count},
                    {"parameter_bytes", parameters.bytes},
                    {"arena_bytes", executable.plan().arena_bytes},
                    {"arena_lower_bound", executable.arena_lower_bound()}};
  fmt::print("{}\n", all.dump(2));
}

void inspect(const InspectOptions& options) {
  const Executable executable = prepare_model(options.model, kReferenceKernels);
  if (options.graph)
    fmt::print("{}", compiler::dump(executable.graph()));
  else if (options.json)
    print_json(executable);
  else
    print_text(executable);
  if (options.svg.empty()) return;
  compiler::write_file(options.svg, arena_svg(executable, options.model.filename().string()));
}

}  // namespace

void add_inspect_command(CLI::App& program) {
  auto options = std::make_shared<InspectOptions>();
  CLI::App& command =
      *program.add_subcommand("inspect", "Layers, shapes, types, MACs, parameters and memory");
  add_model_argument(command, options->model);
  command.add_option("--svg", options->svg, "Draw the arena over time into this file");
  command.add_flag("--json", options->json, "Print figures as JSON");
  command.add_flag("--graph", options->graph,
                   "Print the graph as the compiler sees it, with constants and quantization");
  command.callback([options] { inspect(*options); });
}

}  // namespace solder::cli
