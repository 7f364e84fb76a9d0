// Functions of one tensor, element by element, some of them composed of several operators because
// TensorFlow Lite has none for them. The order of dimensions does not matter to any.
#pragma once

#include <string>

#include "compiler/ir/graph_builder.h"

namespace solder::compiler {

// Each of these returns the tensor of the result, which is called `name`.

int emit_unary(GraphBuilder& builder, OperatorType type, int x, const std::string& name,
               const Options& options = {});
// ADD, MUL and the like of x and a number; DIV and SUB take it from x.
int emit_with_number(GraphBuilder& builder, OperatorType type, int x, float number,
                     const std::string& name);

// x limited to [low, high]; infinite bounds are none.
int emit_clip(GraphBuilder& builder, int x, float low, float high, const std::string& name);
// x above zero, alpha * x below.
int emit_leaky_relu(GraphBuilder& builder, int x, float alpha, const std::string& name);
// gamma * x above zero, gamma * alpha * (exp(x) - 1) below.
int emit_elu(GraphBuilder& builder, int x, float alpha, float gamma, const std::string& name);
int emit_selu(GraphBuilder& builder, int x, const std::string& name);
int emit_gelu(GraphBuilder& builder, int x, bool approximate, const std::string& name);
// slope * x + offset limited to [0, 1].
int emit_hard_sigmoid(GraphBuilder& builder, int x, float slope, float offset,
                      const std::string& name);
// x * logistic(x)
int emit_silu(GraphBuilder& builder, int x, const std::string& name);
// log(1 + exp(x))
int emit_softplus(GraphBuilder& builder, int x, const std::string& name);
// x / (1 + |x|)
int emit_softsign(GraphBuilder& builder, int x, const std::string& name);
// x * tanh(log(1 + exp(x)))
int emit_mish(GraphBuilder& builder, int x, const std::string& name);

// As papers and frameworks have them.
inline constexpr float kSeluAlpha = 1.6732632423543772F, kSeluGamma = 1.0507009873554805F;

}  // namespace solder::compiler
