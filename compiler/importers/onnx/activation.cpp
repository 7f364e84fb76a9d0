#include <cmath>
#include <limits>

#include "compiler/importers/onnx/compose.h"
#include "compiler/importers/onnx/operators.h"
#include "compiler/ir/elementwise.h"

namespace solder::compiler {
namespace {

// The output is emit(tensor), in whatever layout the input is.
template <class Emit>
void import_as(Node& node, Emit emit) {
  Value& input = node.floats(0);
  const Layout layout = input.layout();
  node.define_output(emit(node.tensor(input, layout)), layout, input.shape);
}

void import_unary(Node& node, OperatorType type) {
  node.define_output(unary(node, type, node.floats(0)));
}

}  // namespace

void import_relu(Node& node) { import_unary(node, OperatorType::RELU); }
void import_sigmoid(Node& node) { import_unary(node, OperatorType::LOGISTIC); }
void import_tanh(Node& node) { import_unary(node, OperatorType::TANH); }
void import_hard_swish(Node& node) { import_unary(node, OperatorType::HARD_SWISH); }

void import_elu(Node& node) {
  const float alpha = node.number("alpha", 1.0F);
  import_as(node, [&](int x) { return emit_elu(node.builder(), x, alpha, 1, node.name()); });
}

void import_selu(Node& node) {
  const float alpha = node.number("alpha", kSeluAlpha), gamma = node.number("gamma", kSeluGamma);
  import_as(node, [&](int x) { return emit_elu(node.builder(), x, alpha, gamma, node.name()); });
}

void import_leaky_relu(Node& node) {
  const float alpha = node.number("alpha", 0.01F);
  import_as(node, [&](int x) { return emit_leaky_relu(node.builder(), x, alpha, node.name()); });
}

void import_prelu(Node& node) {
  Value& x = node.floats(0);
  Value y = binary(node, OperatorType::PRELU, x, node.floats(1));
  if (!(y.shape == x.shape)) node.fail("its slope is larger than its input");
  node.define_output(std::move(y));
}

void import_gelu(Node& node) {
  const bool approximate = node.text("approximate", "none") == "tanh";
  import_as(node, [&](int x) { return emit_gelu(node.builder(), x, approximate, node.name()); });
}

void import_erf(Node& node) {
  node.fail("supported only as part of GELU, x * (1 + erf(x / sqrt(2))) / 2");
}

void import_hard_sigmoid(Node& node) {
  const float slope = node.number("alpha", 0.2F), offset = node.number("beta", 0.5F);
  import_as(node, [&](int x) {
    return emit_hard_sigmoid(node.builder(), x, slope, offset, node.name());
  });
}

void import_softplus(Node& node) {
  import_as(node, [&](int x) { return emit_softplus(node.builder(), x, node.name()); });
}

void import_softsign(Node& node) {
  import_as(node, [&](int x) { return emit_softsign(node.builder(), x, node.name()); });
}

void import_clip(Node& node) {
  constexpr float kLargest = std::numeric_limits<float>::max();
  float low = node.number("min", -kLargest);
  float high = node.number("max", kLargest);
  if (node.opset() >= 11) {
    const auto bound = [&](int index, float fallback) {
      if (!node.has_input(index)) return fallback;
      const Value& value = node.float_constant(index);
      if (value.floats.size() != 1) node.fail("its bounds must be single numbers");
      return value.floats[0];
    };
    low = bound(1, -kLargest);
    high = bound(2, kLargest);
  }
  if (std::isnan(low) || std::isnan(high)) node.fail("a bound that is not a number");
  if (low <= -kLargest) low = -std::numeric_limits<float>::infinity();
  if (high >= kLargest) high = std::numeric_limits<float>::infinity();
  if (std::isinf(low) && std::isinf(high)) return node.define_output(node.floats(0));
  import_as(node, [&](int x) { return emit_clip(node.builder(), x, low, high, node.name()); });
}

}  // namespace solder::compiler
