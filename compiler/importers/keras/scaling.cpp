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

Shape per_channel(const Layer& layer) {
  const Shape& shape = layer.shape_of(layer.input());
  return shape.rank == 0 ? Shape{} : Shape{1, {shape.dims[shape.rank - 1]}};
}

std::vector<float> numbers(const Layer& layer, const char* key, const Shape& wanted) {
  std::vector<float> values;
  if (const Json* json = layer.argument(key)) collect(layer, key, *json, values);
  if (values.size() > 1 && static_cast<int64_t>(values.size()) != wanted.elements())
    layer.fail(
        fmt::format("{} has {} numbers for {} channels", key, values.size(), wanted.elements()));
  return values;
}

// factor * x + offset, of shape `wanted`; either may be empty, or one number for all channels.
int emit_scaled(const Layer& layer, const std::vector<float>& factor,
                const std::vector<float>& offset, const Shape& wanted) {
  const int x = layer.input();
  const Shape shape = layer.shape_of(x);
  const auto is_all = [](const std::vector<float>& values, float number) {
    return std::ranges::all_of(values, [&](float value) { return value == number; });
  };
  const auto emit = [&](OperatorType type, int input, const std::vector<float>& values,
                        const std::string& constant, const std::string& suffix) {
    const int number = layer.constant(constant, values.size() == 1 ? Shape{} : wanted, values);
    return layer.emit(type, {input, number}, shape, {}, suffix);
  };
  const bool has_offset = !is_all(offset, 0);
  int y = x;
  if (!is_all(factor, 1))
    y = emit(OperatorType::MUL, y, factor, "/factor", has_offset ? "/scaled" : "");
  return has_offset ? emit(OperatorType::ADD, y, offset, "/offset", "") : y;
}

// What has a mean of its own: every element along `axis`, one axis or a list of them, which count
// the batch as 0; or nothing has.
struct Statistics {
  Shape shape;                // as they are added to the input
  std::vector<int64_t> dims;  // as the file keeps them
};

Statistics statistics_of(const Layer& layer) {
  const Shape& shape = layer.shape_of(layer.input());
  if (find(layer.config(), "axis") == nullptr && layer.config().contains("axis")) return {};
  Statistics statistics{.shape = {shape.rank, {}}, .dims = {}};
  std::fill_n(statistics.shape.dims, shape.rank, 1);
  for (const int64_t number : layer.integers("axis", {-1})) {
    const int64_t index = number < 0 ? number + shape.rank : number;
    if (index < 1 || index >= shape.rank)
      layer.fail(fmt::format("axis {} of an input of shape {}", number, to_string(shape)));
    statistics.shape.dims[index] = shape.dims[index];
    statistics.dims.push_back(shape.dims[index]);
  }
  return statistics;
}

}  // namespace

int import_rescaling(const Layer& layer) {
  const Shape wanted = per_channel(layer);
  return emit_scaled(layer, numbers(layer, "scale", wanted), numbers(layer, "offset", wanted),
                     wanted);
}

// (x - mean) / sqrt(variance), by arguments or what adapt() has found.
int import_normalization(const Layer& layer) {
  const auto [wanted, dims] = statistics_of(layer);
  std::vector<float> mean = numbers(layer, "mean", wanted);
  std::vector<float> variance = numbers(layer, "variance", wanted);
  if (mean.empty() && variance.empty()) {
    mean = layer.weight(0, dims, "mean").values;
    variance = layer.weight(1, dims, "variance").values;
  }
  if (mean.empty() || mean.size() != variance.size())
    layer.fail("it has a mean or a variance alone");
  constexpr float kEpsilon = 1e-7F;
  const bool is_inverted = layer.boolean("invert", false);
  std::vector<float> factor, offset;
  for (size_t i = 0; i < mean.size(); ++i) {
    const float deviation = std::max(std::sqrt(variance[i]), kEpsilon);
    factor.push_back(is_inverted ? deviation : 1 / deviation);
    offset.push_back(is_inverted ? mean[i] : -mean[i] / deviation);
  }
  return emit_scaled(layer, factor, offset, wanted);
}

}  // namespace solder::compiler::keras
