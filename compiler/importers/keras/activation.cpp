#include "compiler/importers/keras/activation.h"

#include <iterator>
#include <optional>

#include "compiler/importers/keras/layers.h"

namespace solder::compiler::keras {
namespace {

struct Entry {
  const char* name;
  std::optional<OperatorType> type;  // none: the values stay as they are
};

constexpr Entry kActivations[] = {
    {"linear", std::nullopt},           {"relu", OperatorType::RELU},
    {"relu6", OperatorType::RELU6},     {"sigmoid", OperatorType::LOGISTIC},
    {"softmax", OperatorType::SOFTMAX},
};

// RELU or RELU6 from the arguments of a ReLU layer.
OperatorType read_relu(const Layer& layer, const Json& config) {
  const auto number = [&](const char* key) {
    const Json* value = find(config, key);
    if (value != nullptr && !value->is_number())
      layer.fail(fmt::format("{} is {}, no number", key, value->dump()));
    return value == nullptr ? 0.0 : value->get<double>();
  };
  const bool is_limited = find(config, "max_value") != nullptr;
  const double limit = number("max_value");
  if (number("negative_slope") != 0 || number("threshold") != 0 || (is_limited && limit != 6))
    layer.fail(fmt::format(
        "ReLU with max_value {}, negative_slope {} and threshold {} is not supported; max_value "
        "must be None or 6, the others 0",
        is_limited ? fmt::format("{}", limit) : "None", number("negative_slope"),
        number("threshold")));
  return is_limited ? OperatorType::RELU6 : OperatorType::RELU;
}

// SOFTMAX from the arguments of a Softmax layer.
OperatorType read_softmax(const Layer& layer, const Json& config) {
  const Json* value = find(config, "axis");
  const Json* list = list_of(value);
  if (list != nullptr && list->size() == 1) value = &(*list)[0];
  const int64_t last = layer.shape_of(layer.input()).rank - 1;
  const auto axis = integer_of(value);
  if (value != nullptr && axis != -1 && axis != last)
    layer.fail(
        fmt::format("softmax over axis {} is not supported; only the last one is", value->dump()));
  return OperatorType::SOFTMAX;
}

// An activation is a name, or an object: a layer, or a function within which is its name.
std::optional<OperatorType> read_activation(const Layer& layer) {
  const Json* value = layer.argument("activation");
  if (value == nullptr) return std::nullopt;
  const std::string class_name = text_of(find(*value, "class_name")).value_or("");
  const Json* config = find(*value, "config");
  if (class_name == "ReLU" && config != nullptr) return read_relu(layer, *config);
  if (class_name == "Softmax" && config != nullptr) return read_softmax(layer, *config);
  const std::string name =
      text_of(value).value_or(text_of(config).value_or(class_name.empty() ? "?" : class_name));
  std::string supported;
  for (const Entry& entry : kActivations) {
    if (name == entry.name) return entry.type;
    supported += (supported.empty() ? "" : ", ") + std::string(entry.name);
  }
  layer.fail(fmt::format("activation \"{}\" is not supported; supported are {}", name, supported));
}

int emit_unary(const Layer& layer, OperatorType type) {
  const int x = layer.input();
  return layer.emit(type, {x}, layer.shape_of(x));
}

}  // namespace

int emit_activated(const Layer& layer, OperatorType type, std::vector<int> inputs,
                   const Shape& shape, Options options) {
  const auto activation = read_activation(layer);
  const bool is_separate =
      activation && *activation != OperatorType::RELU && *activation != OperatorType::RELU6;
  if (activation == OperatorType::RELU) options.activation = Activation::RELU;
  if (activation == OperatorType::RELU6) options.activation = Activation::RELU6;
  const int y = layer.emit(type, std::move(inputs), shape, options, is_separate ? "/linear" : "");
  return is_separate ? layer.emit(*activation, {y}, shape) : y;
}

int import_activation(const Layer& layer) {
  const auto type = read_activation(layer);
  return type ? emit_unary(layer, *type) : layer.input();
}

int import_relu(const Layer& layer) { return emit_unary(layer, read_relu(layer, layer.config())); }

int import_softmax(const Layer& layer) {
  return emit_unary(layer, read_softmax(layer, layer.config()));
}

}  // namespace solder::compiler::keras
