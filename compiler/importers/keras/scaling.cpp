#include <algorithm>
#include <cmath>

#include "compiler/importers/keras/layers.h"

namespace solder::compiler::keras {
namespace {

// A number, or a list with one for each channel (in however many brackets); in `values`.
void collect(const Layer& layer, const char* key, const Json& json, std::vector<float>& values) {
  if (json.is_number()) {
    values.push_back(json.get<float>());
  } else if (const Json* list = list_of(&json)) {
    for (const Json& item : *list) collect(layer, key, item, values);
  } else {
    layer.fail(fmt::format("{} is {}, no number", key, json.dump()));
  }
}

std::vector<float> numbers(const Layer& layer, const char* key) {
  std::vector<float> values;
  if (const Json* json = layer.argument(key)) collect(layer, key, *json, values);
  const Shape& shape = layer.shape_of(layer.input());
  const size_t channels = shape.rank == 0 ? 1 : static_cast<size_t>(shape.dims[shape.rank - 1]);
  if (values.size() > 1 && values.size() != channels)
    layer.fail(fmt::format("{} has {} numbers for {} channels", key, values.size(), channels));
  return values;
}

// factor * x + offset; either may be empty, or one number for all channels.
int emit_scaled(const Layer& layer, const std::vector<float>& factor,
                const std::vector<float>& offset) {
  const int x = layer.input();
  const Shape shape = layer.shape_of(x);
  const auto is_all = [](const std::vector<float>& values, float number) {
    return std::ranges::all_of(values, [&](float value) { return value == number; });
  };
  const auto emit = [&](OperatorType type, int input, const std::vector<float>& values,
                        const std::string& constant, const std::string& suffix) {
    const Shape wanted = values.size() == 1 ? Shape{} : Shape{1, {int32_t(values.size())}};
    return layer.emit(type, {input, layer.constant(constant, wanted, values)}, shape, {}, suffix);
  };
  const bool has_offset = !is_all(offset, 0);
  int y = x;
  if (!is_all(factor, 1))
    y = emit(OperatorType::MUL, y, factor, "/factor", has_offset ? "/scaled" : "");
  return has_offset ? emit(OperatorType::ADD, y, offset, "/offset", "") : y;
}

}  // namespace

int import_rescaling(const Layer& layer) {
  return emit_scaled(layer, numbers(layer, "scale"), numbers(layer, "offset"));
}

// (x - mean) / sqrt(variance)
int import_normalization(const Layer& layer) {
  const std::vector<float> mean = numbers(layer, "mean");
  const std::vector<float> variance = numbers(layer, "variance");
  if (layer.boolean("invert", false)) layer.fail("invert is not supported");
  if (mean.empty() || mean.size() != variance.size())
    layer.fail("it has no mean and variance; those that adapt() found are not supported");
  constexpr float kEpsilon = 1e-7F;
  std::vector<float> factor, offset;
  for (size_t i = 0; i < mean.size(); ++i) {
    factor.push_back(1 / std::max(std::sqrt(variance[i]), kEpsilon));
    offset.push_back(-mean[i] * factor.back());
  }
  return emit_scaled(layer, factor, offset);
}

}  // namespace solder::compiler::keras
