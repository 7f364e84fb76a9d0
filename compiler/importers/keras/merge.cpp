#include <algorithm>

#include "compiler/importers/keras/layers.h"
#include "compiler/ir/elementwise.h"

namespace solder::compiler::keras {
namespace {

void require_several_inputs(const Layer& layer) {
  if (layer.inputs().size() < 2)
    layer.fail(fmt::format("it has {} inputs, two or more are wanted", layer.inputs().size()));
}

Shape broadcast(const Layer& layer, const Shape& a, const Shape& b) {
  std::vector<int64_t> dims;
  for (int32_t i = 0; i < a.rank; ++i) {
    if (a.rank != b.rank || (a.dims[i] != b.dims[i] && a.dims[i] != 1 && b.dims[i] != 1))
      layer.fail(fmt::format("shapes {} and {} do not fit", to_string(a), to_string(b)));
    dims.push_back(std::max(a.dims[i], b.dims[i]));
  }
  return layer.shape(dims);
}

}  // namespace

namespace {

// The last result is called as the layer and `suffix`.
int combine(const Layer& layer, OperatorType type, const std::string& suffix = "") {
  require_several_inputs(layer);
  const std::vector<int>& inputs = layer.inputs();
  int all = inputs[0];
  for (size_t i = 1; i < inputs.size(); ++i) {
    const Shape shape = broadcast(layer, layer.shape_of(all), layer.shape_of(inputs[i]));
    const bool is_last = i + 1 == inputs.size();
    all = layer.emit(type, {all, inputs[i]}, shape, {}, is_last ? suffix : fmt::format("/{}", i));
  }
  return all;
}

}  // namespace

int import_add(const Layer& layer) { return combine(layer, OperatorType::ADD); }
int import_multiply(const Layer& layer) { return combine(layer, OperatorType::MUL); }
int import_maximum(const Layer& layer) { return combine(layer, OperatorType::MAXIMUM); }
int import_minimum(const Layer& layer) { return combine(layer, OperatorType::MINIMUM); }

int import_subtract(const Layer& layer) {
  if (layer.inputs().size() != 2)
    layer.fail(fmt::format("it has {} inputs, two are wanted", layer.inputs().size()));
  return combine(layer, OperatorType::SUB);
}

int import_average(const Layer& layer) {
  const int sum = combine(layer, OperatorType::ADD, "/sum");
  const auto count = static_cast<float>(layer.inputs().size());
  return emit_with_number(layer.builder(), OperatorType::MUL, sum, 1 / count, layer.name());
}

int import_concatenate(const Layer& layer) {
  require_several_inputs(layer);
  const Shape first = layer.shape_of(layer.inputs()[0]);
  const int64_t axis = layer.integer("axis", -1);
  const int64_t index = axis < 0 ? axis + first.rank : axis;
  if (index < 1 || index >= first.rank)
    layer.fail(fmt::format("axis {} of an input of shape {}", axis, to_string(first)));
  std::vector<int64_t> dims(first.dims, first.dims + first.rank);
  dims[index] = 0;
  for (const int input : layer.inputs()) {
    const Shape shape = layer.shape_of(input);
    for (int32_t i = 0; i < first.rank; ++i)
      if (shape.rank != first.rank || (i != index && shape.dims[i] != first.dims[i]))
        layer.fail(fmt::format("shapes {} and {} do not fit along axis {}", to_string(first),
                               to_string(shape), axis));
    dims[index] += shape.dims[index];
  }
  Options options;
  options.axis = static_cast<int32_t>(index);
  return layer.emit(OperatorType::CONCATENATION, layer.inputs(), layer.shape(dims), options);
}

}  // namespace solder::compiler::keras
