#include "compiler/exporters/cpp/cpp_exporter.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <string_view>

#include "compiler/exporters/cpp/constants.h"
#include "compiler/exporters/cpp/literals.h"
#include "compiler/planning/decision.h"

namespace solder::compiler {
namespace {

// Words that C++ keeps to itself and a model might well be called.
constexpr std::array<std::string_view, 12> kReserved = {"auto",   "char", "class",  "double",
                                                        "float",  "int",  "long",   "new",
                                                        "solder", "std",  "switch", "this"};

void check_name(const std::string& name) {
  const bool starts_well =
      !name.empty() && (std::islower(static_cast<unsigned char>(name[0])) != 0);
  const bool goes_on_well = std::ranges::all_of(
      name, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
  if (!starts_well || !goes_on_well || std::ranges::find(kReserved, name) != kReserved.end())
    throw ModelError(fmt::format(
        "the name \"{}\" cannot be used in C++; give one of lower-case letters, digits and _ that "
        "starts with a letter: --name my_model",
        name));
}

const char* c_type(TensorType type) {
  switch (type) {
    case TensorType::FLOAT32:
      return "float";
    case TensorType::INT8:
      return "int8_t";
    case TensorType::UINT8:
      return "uint8_t";
    case TensorType::INT16:
      return "int16_t";
    case TensorType::INT32:
      return "int32_t";
    default:
      return "void";
  }
}

std::string dims(const Shape& shape) {
  std::string text;
  for (int i = 0; i < shape.rank; ++i)
    text += fmt::format("{}{}", i == 0 ? "" : ", ", shape.dims[i]);
  return text;
}

std::string upper(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

class Printer {
 public:
  Printer(const Executable& executable, const std::string& name, const std::string& origin)
      : executable_(executable),
        plan_(executable.plan()),
        name_(name),
        origin_(origin),
        constants_(executable) {}

  CppModel print() {
    return {.header = header(),
            .source = source(),
            .constants_bytes = static_cast<uint32_t>(constants_.bytes().size()),
            .arena_bytes = plan_.arena_bytes};
  }

 private:
  std::string header() const;
  std::string source();
  std::string c_declaration(const char* kind, const TensorInfo& info, uint32_t index) const;
  std::string c_definition(const char* kind, const TensorInfo& info, uint32_t index) const;
  std::string step_params();
  std::string steps() const;
  std::string step(const Step& step, uint32_t index) const;
  std::string tensor_infos(const char* array, const TensorInfo* infos, uint32_t count) const;
  std::string operand(Operand operand) const;
  std::string outline(const Step& step) const;

  const Executable& executable_;
  const Plan& plan_;
  const std::string& name_;
  const std::string& origin_;
  PackedConstants constants_;
  std::vector<uint32_t> params_;  // of each step: the first one that has the same
};

std::string Printer::c_declaration(const char* kind, const TensorInfo& info, uint32_t index) const {
  const bool is_input = kind[0] == 'i';
  std::string text = fmt::format("/* {} {}: {} {} [{}]", kind, index, info.name,
                                 type_name(info.type), dims(info.shape));
  // A tensor's name may hold anything, but must not end the comment.
  for (size_t at; (at = text.find("*/")) != std::string::npos;) text.erase(at, 1);
  if (info.scale != 0)
    text += fmt::format("; real value = {} * (q - {})", float_literal(info.scale), info.zero_point);
  text += fmt::format(" */\n#define {}_{}_{}_ELEMENTS {}\n", upper(name_), upper(kind), index,
                      info.shape.elements());
  return text + fmt::format("{}{}* {}_{}_{}(void);\n", is_input ? "" : "const ", c_type(info.type),
                            name_, kind, index);
}

std::string Printer::header() const {
  std::string text = fmt::format(
      R"(/* Made from {} by `solder compile`: compile the model again instead of editing.
 *
 *   fill {}_input_0(), call {}_invoke(), read {}_output_0().
 *
 * Inputs may be overwritten by an inference: fill them before each. Not for several threads. */
#ifndef SOLDER_MODEL_{}_H
#define SOLDER_MODEL_{}_H

#include <stdint.h>

/* RAM for activations and scratch, and flash for weights, biases and tables. */
#define {}_ARENA_BYTES {}
#define {}_CONSTANTS_BYTES {}

#ifdef __cplusplus
extern "C" {{
#endif

)",
      origin_, name_, name_, name_, upper(name_), upper(name_), upper(name_), plan_.arena_bytes,
      upper(name_), constants_.bytes().size());
  for (uint32_t i = 0; i < plan_.input_count; ++i)
    text += c_declaration("input", plan_.inputs[i], i);
  for (uint32_t i = 0; i < plan_.output_count; ++i)
    text += c_declaration("output", plan_.outputs[i], i);
  text += fmt::format(R"(
/* One inference. */
void {}_invoke(void);

#ifdef __cplusplus
}}

#include "runtime/plan/model.h"

namespace {} {{
// The model as the interpreter gives it, too.
solder::Model model();
}}
#endif

#endif
)",
                      name_, name_);
  return text;
}

std::string Printer::operand(Operand operand) const {
  const Operand at = constants_.moved(operand);
  switch (at.region()) {
    case Operand::kConstants:
      return fmt::format("constant({})", at.offset());
    case Operand::kArena:
      return fmt::format("arena({})", at.offset());
    default:
      return "absent()";
  }
}

// "1x28x28x1 -> 1x26x26x32"
std::string Printer::outline(const Step& step) const {
  const Graph& graph = executable_.graph();
  const Operator& op = graph.operators[step.operator_index];
  const auto shape = [&](int tensor) {
    return to_string(graph.tensors[static_cast<size_t>(tensor)].shape);
  };
  return shape(op.inputs[0]) + " -> " + shape(op.outputs[0]);
}

// Equal parameters once, however many steps have them: unrolled layers are full of such.
std::string Printer::step_params() {
  std::string text;
  std::map<std::pair<std::string, std::string>, uint32_t> known;
  for (uint32_t i = 0; i < plan_.step_count; ++i) {
    const Step& step = plan_.steps[i];
    const std::string type = params_type(step.kernel);
    const std::string values = params_initializer(step.kernel, step.params);
    const auto [entry, is_new] = known.try_emplace({type, values}, i);
    params_.push_back(entry->second);
    if (is_new)
      text +=
          fmt::format("// {} {}: {}\nconstexpr solder::{} params_{} = {};\n\n", step.operator_index,
                      operator_name(step.type), outline(step), type, i, values);
  }
  return text;
}

std::string Printer::step(const Step& step, uint32_t index) const {
  std::string operands;
  for (int i = 0; i < step.operand_count; ++i)
    operands += (i == 0 ? "" : ", ") + operand(step.operands[i]);
  const std::string kernel = kernel_name(step.kernel);
  return fmt::format(
      "    {{.function = solder::call<&solder::{}::{}>,\n"
      "     .params = &params_{},\n"
      "     .operands = {{{}}},\n"
      "     .operand_count = {},\n"
      "     .kernel = solder::KernelId::{},\n"
      "     .operator_index = {},\n"
      "     .type = solder::OperatorType::{}}},\n",
      executable_.kernels().name, kernel, params_[index], operands, step.operand_count, kernel,
      step.operator_index, operator_name(step.type));
}

std::string Printer::steps() const {
  std::string text = "constexpr solder::Step steps[] = {\n";
  for (uint32_t i = 0; i < plan_.step_count; ++i) text += step(plan_.steps[i], i);
  return text + "};\n\n";
}

std::string Printer::tensor_infos(const char* array, const TensorInfo* infos,
                                  uint32_t count) const {
  std::string text = fmt::format("constexpr solder::TensorInfo {}[] = {{\n", array);
  for (uint32_t i = 0; i < count; ++i) {
    const TensorInfo& info = infos[i];
    text += fmt::format(
        "    {{.name = {},\n"
        "     .type = solder::TensorType::{},\n"
        "     .shape = {{{}, {{{}}}}},\n"
        "     .scale = {},\n"
        "     .zero_point = {},\n"
        "     .bytes = {},\n"
        "     .operand = {}}},\n",
        string_literal(info.name), type_name(info.type), info.shape.rank, dims(info.shape),
        float_literal(info.scale), info.zero_point, info.bytes, operand(info.operand));
  }
  return text + "};\n\n";
}

std::string Printer::c_definition(const char* kind, const TensorInfo& info, uint32_t index) const {
  const bool is_input = kind[0] == 'i';
  const char* type = c_type(info.type);
  return fmt::format("{}{}* {}_{}_{}(void) {{ return {}::model().{}<{}>({}); }}\n",
                     is_input ? "" : "const ", type, name_, kind, index, name_, kind, type, index);
}

std::string Printer::source() {
  std::string text = fmt::format(
      R"(// Made from {} by `solder compile`: compile the model again instead of editing.
#include "{}.h"

#include <cfloat>

#include "runtime/compiled/compiled.h"

namespace {} {{
namespace {{

using solder::compiled::absent;
using solder::compiled::arena;
using solder::compiled::constant;

// Weights, biases and requantization tables, little-endian. The section is for linker scripts that
// want them in a memory of their own.
[[gnu::section(".solder_constants")]] alignas({}) const uint32_t constants[] = {{{}
}};

// Activations and scratch.
alignas({}) uint8_t arena_memory[{}];

)",
      origin_, name_, name_, kArenaAlignment, word_list(constants_.bytes()), kArenaAlignment,
      plan_.arena_bytes);
  text += step_params();
  text += steps();
  text += tensor_infos("inputs", plan_.inputs, plan_.input_count);
  text += tensor_infos("outputs", plan_.outputs, plan_.output_count);
  text += fmt::format(
      R"(constexpr solder::Plan plan = {{.steps = steps,
                               .step_count = {},
                               .inputs = inputs,
                               .input_count = {},
                               .outputs = outputs,
                               .output_count = {},
                               .arena_bytes = {}}};

}}  // namespace

solder::Model model() {{ return {{plan, {{.constants = constants, .arena = arena_memory}}}}; }}

}}  // namespace {}

)",
      plan_.step_count, plan_.input_count, plan_.output_count, plan_.arena_bytes, name_);
  for (uint32_t i = 0; i < plan_.input_count; ++i)
    text += c_definition("input", plan_.inputs[i], i);
  for (uint32_t i = 0; i < plan_.output_count; ++i)
    text += c_definition("output", plan_.outputs[i], i);
  return text + fmt::format("void {}_invoke(void) {{ {}::model().invoke(); }}\n", name_, name_);
}

}  // namespace

CppModel export_cpp(const Executable& executable, const std::string& name,
                    const std::string& origin) {
  check_name(name);
  return Printer(executable, name, origin).print();
}

}  // namespace solder::compiler
