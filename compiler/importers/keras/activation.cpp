#include "compiler/importers/keras/activation.h"

#include <cmath>
#include <functional>
#include <iterator>
#include <limits>

#include "compiler/importers/keras/layers.h"
#include "compiler/ir/elementwise.h"

namespace solder::compiler::keras {
namespace {

using Name = std::string;

struct Function {
  // Of a tensor; the result has the name. None: the values stay as they are.
  std::function<int(GraphBuilder&, int x, const Name&)> emit = {};
  Activation fused = Activation::NONE;  // what does the same as part of an operator
};

template <OperatorType type>
int emit_operator(GraphBuilder& builder, int x, const Name& name) {
  return emit_unary(builder, type, x, name);
}

Function relu() { return {emit_operator<OperatorType::RELU>, Activation::RELU}; }
Function relu6() { return {emit_operator<OperatorType::RELU6>, Activation::RELU6}; }
Function leaky_relu(float alpha) {
  return {[=](GraphBuilder& b, int x, const Name& n) { return emit_leaky_relu(b, x, alpha, n); }};
}
Function elu(float alpha) {
  return {[=](GraphBuilder& b, int x, const Name& n) { return emit_elu(b, x, alpha, 1, n); }};
}
Function softmax() { return {emit_operator<OperatorType::SOFTMAX>}; }

// min(max(0.2 x + 0.5, 0), 1) before Keras 3, where 0.2 became 1/6.
Function hard_sigmoid(int keras_version) {
  const float slope = keras_version < 3 ? 0.2F : 1.0F / 6;
  return {[=](GraphBuilder& b, int x, const Name& n) {
    return emit_hard_sigmoid(b, x, slope, 0.5F, n);
  }};
}

struct Entry {
  const char* name;
  Function (*function)(const Layer& layer);
};

#define SOLDER_EMIT(expression)                                                \
  [](const Layer&) -> Function {                                               \
    return {[](GraphBuilder& b, int x, const Name& n) { return expression; }}; \
  }
#define SOLDER_OPERATOR(type) \
  [](const Layer&) -> Function { return {emit_operator<OperatorType::type>}; }

constexpr Entry kActivations[] = {
    {"elu", [](const Layer&) { return elu(1); }},
    {"exponential", SOLDER_OPERATOR(EXP)},
    {"gelu", SOLDER_EMIT(emit_gelu(b, x, false, n))},
    {"hard_sigmoid", [](const Layer& layer) { return hard_sigmoid(layer.keras_version()); }},
    {"hard_silu", SOLDER_OPERATOR(HARD_SWISH)},
    {"hard_swish", SOLDER_OPERATOR(HARD_SWISH)},
    {"hard_tanh", SOLDER_OPERATOR(RELU_N1_TO_1)},
    {"leaky_relu", [](const Layer&) { return leaky_relu(0.2F); }},
    {"linear", [](const Layer&) -> Function { return {}; }},
    {"mish", SOLDER_EMIT(emit_mish(b, x, n))},
    {"relu", [](const Layer&) { return relu(); }},
    {"relu6", [](const Layer&) { return relu6(); }},
    {"selu", SOLDER_EMIT(emit_selu(b, x, n))},
    {"sigmoid", SOLDER_OPERATOR(LOGISTIC)},
    {"silu", SOLDER_EMIT(emit_silu(b, x, n))},
    {"softmax", [](const Layer&) { return softmax(); }},
    {"softplus", SOLDER_EMIT(emit_softplus(b, x, n))},
    {"softsign", SOLDER_EMIT(emit_softsign(b, x, n))},
    {"swish", SOLDER_EMIT(emit_silu(b, x, n))},
    {"tanh", SOLDER_OPERATOR(TANH)},
};

float number_in(const Layer& layer, const Json& config, const char* key, float fallback) {
  const Json* value = find(config, key);
  if (value != nullptr && !value->is_number())
    layer.fail(fmt::format("{} is {}, no number", key, value->dump()));
  return value == nullptr ? fallback : value->get<float>();
}

// What ReLU layers with a threshold compute: x above it and 0 elsewhere, limited to [0, limit],
// less slope * (threshold - x) below it. The step at the threshold is exact for floats: what is
// above it is so by at least `gap`.
int emit_threshold(GraphBuilder& b, int x, float threshold, float slope, float limit,
                   const Name& name) {
  const Shape shape = b.graph().tensors[x].shape;
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const float gap = std::nextafter(threshold, kInfinity) - threshold;
  const float steepest = std::min(1 / gap, std::numeric_limits<float>::max());
  const bool is_limited = std::isfinite(limit), has_slope = slope != 0;
  const auto number = [&](const char* suffix, float value) {
    return b.graph().add_tensor(float_constant(name + suffix, {}, std::span(&value, 1)));
  };
  const auto emit = [&](OperatorType type, std::vector<int> inputs, const std::string& suffix,
                        Activation activation = Activation::NONE) {
    return b.emit(type, std::move(inputs), name + suffix, shape, {.activation = activation});
  };
  const int above =
      emit(OperatorType::SUB, {x, number("/threshold", threshold)}, "/above", Activation::RELU);
  const int step = emit(OperatorType::MUL, {above, number("/steepest", steepest)}, "/step",
                        Activation::RELU_N1_TO_1);
  int y = emit(OperatorType::MUL, {x, step}, is_limited || has_slope ? "/passed" : "");
  if (is_limited) y = emit_clip(b, y, 0, limit, has_slope ? name + "/limited" : name);
  if (!has_slope) return y;
  const int below =
      emit(OperatorType::SUB, {number("/from", threshold), x}, "/below", Activation::RELU);
  const int lost = emit(OperatorType::MUL, {below, number("/slope", slope)}, "/lost");
  return emit(OperatorType::SUB, {y, lost}, "");
}

// The functions of layers, from their arguments.

Function read_relu(const Layer& layer, const Json& config) {
  const float limit = number_in(layer, config, "max_value", std::numeric_limits<float>::infinity());
  const float slope = number_in(layer, config, "negative_slope", 0);
  const float threshold = number_in(layer, config, "threshold", 0);
  if (!(limit > 0)) layer.fail(fmt::format("max_value of {}", limit));
  if (!std::isfinite(threshold)) layer.fail(fmt::format("threshold of {}", threshold));
  if (threshold != 0)
    return {[=](GraphBuilder& b, int x, const Name& n) {
      return emit_threshold(b, x, threshold, slope, limit, n);
    }};
  if (slope == 0 && std::isinf(limit)) return relu();
  if (slope == 0 && limit == 6) return relu6();
  return {[=](GraphBuilder& b, int x, const Name& n) {
    if (slope == 0) return emit_clip(b, x, 0, limit, n);
    if (std::isinf(limit)) return emit_leaky_relu(b, x, slope, n);
    x = emit_leaky_relu(b, x, slope, n + "/leaky");
    return emit_with_number(b, OperatorType::MINIMUM, x, limit, n);
  }};
}

Function read_leaky_relu(const Layer& layer, const Json& config) {
  // The second is Keras 3's name.
  const float alpha = number_in(layer, config, "alpha", 0.3F);
  return leaky_relu(number_in(layer, config, "negative_slope", alpha));
}

Function read_elu(const Layer& layer, const Json& config) {
  return elu(number_in(layer, config, "alpha", 1));
}

Function read_softmax(const Layer& layer, const Json& config) {
  const Json* value = find(config, "axis");
  const Json* list = list_of(value);
  if (list != nullptr && list->size() == 1) value = &(*list)[0];
  const int64_t last = layer.shape_of(layer.input()).rank - 1;
  const auto axis = integer_of(value);
  if (value != nullptr && axis != -1 && axis != last)
    layer.fail(
        fmt::format("softmax over axis {} is not supported; only the last one is", value->dump()));
  return softmax();
}

constexpr struct {
  const char* class_name;
  Function (*read)(const Layer& layer, const Json& config);
} kLayers[] = {
    {"ELU", read_elu},
    {"LeakyReLU", read_leaky_relu},
    {"ReLU", read_relu},
    {"Softmax", read_softmax},
};

// An activation is a name, or an object: a layer, or a function within which is its name.
Function read_activation(const Layer& layer, const char* key) {
  const Json* value = layer.argument(key);
  if (value == nullptr) return {};
  const std::string class_name = text_of(find(*value, "class_name")).value_or("");
  const Json* config = find(*value, "config");
  for (const auto& entry : kLayers)
    if (class_name == entry.class_name && config != nullptr) return entry.read(layer, *config);
  const std::string name =
      text_of(value).value_or(text_of(config).value_or(class_name.empty() ? "?" : class_name));
  std::string supported;
  for (const Entry& entry : kActivations) {
    if (name == entry.name) return entry.function(layer);
    supported += (supported.empty() ? "" : ", ") + std::string(entry.name);
  }
  layer.fail(fmt::format("activation \"{}\" is not supported; supported are {}", name, supported));
}

int emit(const Layer& layer, const Function& function) {
  const int x = layer.input();
  return function.emit ? function.emit(layer.builder(), x, layer.name()) : x;
}

}  // namespace

int emit_activated(const Layer& layer, OperatorType type, std::vector<int> inputs,
                   const Shape& shape, Options options) {
  const Function function = read_activation(layer, "activation");
  // TensorFlow Lite Micro leaves the activation of a TRANSPOSE_CONV out.
  const bool is_fused = type != OperatorType::TRANSPOSE_CONV && function.fused != Activation::NONE;
  if (is_fused) options.activation = function.fused;
  const bool is_separate = function.emit && !is_fused;
  const int y = layer.emit(type, std::move(inputs), shape, options, is_separate ? "/linear" : "");
  return is_separate ? function.emit(layer.builder(), y, layer.name()) : y;
}

ElementFunction element_function(const Layer& layer, const char* key) {
  return read_activation(layer, key).emit;
}

int import_activation(const Layer& layer) {
  return emit(layer, read_activation(layer, "activation"));
}

int import_activation_layer(const Layer& layer) {
  for (const auto& entry : kLayers)
    if (layer.class_name() == entry.class_name)
      return emit(layer, entry.read(layer, layer.config()));
  layer.fail("is no activation");
}

// A slope for each element of the input, or shared along axes, which count the batch as 0.
int import_prelu(const Layer& layer) {
  const int x = layer.input();
  const Shape shape = layer.shape_of(x);
  std::vector<int64_t> dims(shape.dims + 1, shape.dims + shape.rank);
  for (const int64_t axis : layer.integers("shared_axes", {})) {
    const int64_t index = axis < 0 ? axis + shape.rank : axis;
    if (index < 1 || index >= shape.rank)
      layer.fail(fmt::format("shared axis {} of an input of shape {}", axis, to_string(shape)));
    dims[static_cast<size_t>(index - 1)] = 1;
  }
  const FloatArray& alpha = layer.weight(0, dims, "alpha");
  const int slope = layer.constant("/alpha", alpha.shape, alpha.values);
  return layer.emit(OperatorType::PRELU, {x, slope}, shape);
}

}  // namespace solder::compiler::keras
