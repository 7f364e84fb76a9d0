#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "compiler/importers/onnx/compose.h"
#include "compiler/importers/onnx/operators.h"

namespace solder::compiler {
namespace {

void import_unary(Node& node, OperatorType type) {
  node.define_output(unary(node, type, node.floats(0)));
}

// Integer constants, with which exporters compute shapes: one of them may be a single number.
template <class Compute>
bool compute_integers(Node& node, Compute compute) {
  const Value& a = node.input(0);
  const Value& b = node.input(1);
  if (a.integers.empty() || b.integers.empty()) return false;
  if (a.integers.size() != b.integers.size() && a.integers.size() != 1 && b.integers.size() != 1)
    node.fail(fmt::format("lists of {} and {} integers", a.integers.size(), b.integers.size()));
  const Value& longer = a.integers.size() < b.integers.size() ? b : a;
  Value result{.name = node.name(), .shape = longer.shape};
  for (size_t i = 0; i < longer.integers.size(); ++i) {
    const int64_t x = a.integers[a.integers.size() == 1 ? 0 : i];
    const int64_t y = b.integers[b.integers.size() == 1 ? 0 : i];
    int64_t value = 0;
    if (!compute(x, y, &value)) node.fail(fmt::format("cannot be computed of {} and {}", x, y));
    result.integers.push_back(value);
  }
  node.define_output(std::move(result));
  return true;
}

// Over any number of inputs.
Value combine_all(Node& node, OperatorType type) {
  Value all = node.floats(0);
  for (int i = 1; i < node.input_count(); ++i) {
    const bool is_last = i + 1 == node.input_count();
    all = binary(node, type, all, node.floats(i), is_last ? "" : fmt::format("/{}", i).c_str());
  }
  return all;
}

// A constant as a new one of other numbers.
template <class Function>
Value mapped(const Value& constant, const char* suffix, Function function) {
  Value result{.name = constant.name + suffix, .shape = constant.shape, .floats = constant.floats};
  std::ranges::transform(result.floats, result.floats.begin(), function);
  return result;
}

}  // namespace

void import_neg(Node& node) { import_unary(node, OperatorType::NEG); }
void import_abs(Node& node) { import_unary(node, OperatorType::ABS); }
void import_exp(Node& node) { import_unary(node, OperatorType::EXP); }
void import_log(Node& node) { import_unary(node, OperatorType::LOG); }
void import_sqrt(Node& node) { import_unary(node, OperatorType::SQRT); }

void import_reciprocal(Node& node) {
  Value one{.name = node.name() + "/one", .floats = {1}};
  node.define_output(binary(node, OperatorType::DIV, one, node.floats(0)));
}

void import_add(Node& node) {
  if (compute_integers(node,
                       [](auto x, auto y, auto* z) { return !__builtin_add_overflow(x, y, z); }))
    return;
  node.define_output(binary(node, OperatorType::ADD, node.floats(0), node.floats(1)));
}

// x - constant is the sum that can be folded into a bias.
void import_sub(Node& node) {
  if (compute_integers(node,
                       [](auto x, auto y, auto* z) { return !__builtin_sub_overflow(x, y, z); }))
    return;
  Value& a = node.floats(0);
  Value& b = node.floats(1);
  if (!b.is_constant()) return node.define_output(binary(node, OperatorType::SUB, a, b));
  Value minus_b = mapped(b, "/negated", std::negate<float>());
  node.define_output(binary(node, OperatorType::ADD, a, minus_b));
}

void import_mul(Node& node) {
  if (compute_integers(node,
                       [](auto x, auto y, auto* z) { return !__builtin_mul_overflow(x, y, z); }))
    return;
  node.define_output(binary(node, OperatorType::MUL, node.floats(0), node.floats(1)));
}

// x / constant is a product, which there is of integers, too.
void import_div(Node& node) {
  if (compute_integers(node, [](int64_t x, int64_t y, int64_t* z) {
        if (y <= 0) return false;
        *z = x / y;
        return true;
      }))
    return;
  Value& a = node.floats(0);
  Value& b = node.floats(1);
  const auto has_reciprocal = [](float y) { return y != 0 && std::abs(1 / y) > 0; };
  if (!b.is_constant() || !std::ranges::all_of(b.floats, has_reciprocal))
    return node.define_output(binary(node, OperatorType::DIV, a, b));
  Value reciprocal = mapped(b, "/reciprocal", [](float y) { return 1 / y; });
  node.define_output(binary(node, OperatorType::MUL, a, reciprocal));
}

void import_max(Node& node) { node.define_output(combine_all(node, OperatorType::MAXIMUM)); }
void import_min(Node& node) { node.define_output(combine_all(node, OperatorType::MINIMUM)); }
void import_sum(Node& node) { node.define_output(combine_all(node, OperatorType::ADD)); }

void import_mean(Node& node) {
  Value sum = node.floats(0);
  for (int i = 1; i < node.input_count(); ++i)
    sum = binary(node, OperatorType::ADD, sum, node.floats(i), fmt::format("/{}", i).c_str());
  Value share{.name = node.name() + "/share",
              .floats = {1 / static_cast<float>(node.input_count())}};
  node.define_output(binary(node, OperatorType::MUL, sum, share));
}

void import_pow(Node& node) {
  Value& x = node.floats(0);
  const Value& given = node.input(1);
  const size_t count = given.floats.size() + given.integers.size();
  if (count != 1) node.fail("only one constant exponent is supported");
  const float exponent =
      given.floats.empty() ? static_cast<float>(given.integers[0]) : given.floats[0];
  if (exponent == 1) return node.define_output(x);
  if (exponent == 2) return import_unary(node, OperatorType::SQUARE);
  if (exponent == 0.5F) return import_unary(node, OperatorType::SQRT);
  if (exponent == -0.5F) return import_unary(node, OperatorType::RSQRT);
  if (exponent == -1) return import_reciprocal(node);
  if (exponent != 3)
    node.fail(fmt::format("exponent {}; supported: -1, -0.5, 0.5, 1, 2, 3", exponent));
  Value square = unary(node, OperatorType::SQUARE, x, "/square");
  node.define_output(binary(node, OperatorType::MUL, square, x));
}

}  // namespace solder::compiler
