#include "compiler/ir/elementwise.h"

#include <cmath>
#include <span>

namespace solder::compiler {
namespace {

int emit_pair(GraphBuilder& builder, OperatorType type, int a, int b, const std::string& name) {
  const Shape shape = builder.graph().tensors[a].shape;
  return builder.emit(type, {a, b}, name, shape);
}

}  // namespace

int emit_unary(GraphBuilder& builder, OperatorType type, int x, const std::string& name,
               const Options& options) {
  const Shape shape = builder.graph().tensors[x].shape;
  return builder.emit(type, {x}, name, shape, options);
}

int emit_with_number(GraphBuilder& builder, OperatorType type, int x, float number,
                     const std::string& name) {
  const int constant =
      builder.graph().add_tensor(float_constant(name + "/number", {}, std::span(&number, 1)));
  return emit_pair(builder, type, x, constant, name);
}

int emit_clip(GraphBuilder& builder, int x, float low, float high, const std::string& name) {
  const bool has_low = std::isfinite(low), has_high = std::isfinite(high);
  if (low == 0 && high == 6) return emit_unary(builder, OperatorType::RELU6, x, name);
  if (low == -1 && high == 1) return emit_unary(builder, OperatorType::RELU_N1_TO_1, x, name);
  if (has_low) {
    const std::string step = has_high ? name + "/low" : name;
    x = low == 0 ? emit_unary(builder, OperatorType::RELU, x, step)
                 : emit_with_number(builder, OperatorType::MAXIMUM, x, low, step);
  }
  return has_high ? emit_with_number(builder, OperatorType::MINIMUM, x, high, name) : x;
}

int emit_leaky_relu(GraphBuilder& builder, int x, float alpha, const std::string& name) {
  if (alpha == 0) return emit_unary(builder, OperatorType::RELU, x, name);
  Options options;
  options.alpha = alpha;
  return emit_unary(builder, OperatorType::LEAKY_RELU, x, name, options);
}

int emit_elu(GraphBuilder& builder, int x, float alpha, float gamma, const std::string& name) {
  if (alpha == 1 && gamma == 1) return emit_unary(builder, OperatorType::ELU, x, name);
  // Above zero, ELU and RELU are both x.
  const int elu = emit_unary(builder, OperatorType::ELU, x, name + "/elu");
  const int relu = emit_unary(builder, OperatorType::RELU, x, name + "/relu");
  const int a = emit_with_number(builder, OperatorType::MUL, elu, gamma * alpha, name + "/below");
  const int b =
      emit_with_number(builder, OperatorType::MUL, relu, gamma * (1 - alpha), name + "/above");
  return emit_pair(builder, OperatorType::ADD, a, b, name);
}

int emit_selu(GraphBuilder& builder, int x, const std::string& name) {
  return emit_elu(builder, x, kSeluAlpha, kSeluGamma, name);
}

int emit_gelu(GraphBuilder& builder, int x, bool approximate, const std::string& name) {
  Options options;
  options.approximate = approximate;
  return emit_unary(builder, OperatorType::GELU, x, name, options);
}

// By RELU6(6 * (slope * x + offset)) / 6, because RELU6 becomes part of the sum before it.
int emit_hard_sigmoid(GraphBuilder& builder, int x, float slope, float offset,
                      const std::string& name) {
  if (std::abs(6 * slope - 1) > 1e-6F)
    x = emit_with_number(builder, OperatorType::MUL, x, 6 * slope, name + "/slope");
  x = emit_with_number(builder, OperatorType::ADD, x, 6 * offset, name + "/offset");
  x = emit_unary(builder, OperatorType::RELU6, x, name + "/relu6");
  return emit_with_number(builder, OperatorType::MUL, x, 1.0F / 6, name);
}

int emit_silu(GraphBuilder& builder, int x, const std::string& name) {
  const int gate = emit_unary(builder, OperatorType::LOGISTIC, x, name + "/gate");
  return emit_pair(builder, OperatorType::MUL, x, gate, name);
}

// By max(x, 0) + log(1 + exp(-|x|)), where nothing overflows.
int emit_softplus(GraphBuilder& builder, int x, const std::string& name) {
  int y = emit_unary(builder, OperatorType::ABS, x, name + "/abs");
  y = emit_unary(builder, OperatorType::NEG, y, name + "/neg");
  y = emit_unary(builder, OperatorType::EXP, y, name + "/exp");
  y = emit_with_number(builder, OperatorType::ADD, y, 1, name + "/sum");
  y = emit_unary(builder, OperatorType::LOG, y, name + "/log");
  const int relu = emit_unary(builder, OperatorType::RELU, x, name + "/relu");
  return emit_pair(builder, OperatorType::ADD, relu, y, name);
}

int emit_softsign(GraphBuilder& builder, int x, const std::string& name) {
  const int magnitude = emit_unary(builder, OperatorType::ABS, x, name + "/abs");
  const int sum = emit_with_number(builder, OperatorType::ADD, magnitude, 1, name + "/sum");
  return emit_pair(builder, OperatorType::DIV, x, sum, name);
}

int emit_mish(GraphBuilder& builder, int x, const std::string& name) {
  const int softplus = emit_softplus(builder, x, name + "/softplus");
  const int gate = emit_unary(builder, OperatorType::TANH, softplus, name + "/gate");
  return emit_pair(builder, OperatorType::MUL, x, gate, name);
}

}  // namespace solder::compiler
