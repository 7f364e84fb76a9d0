// For tests of operators (host only): prepares one and runs it.
#pragma once

#include <cstring>
#include <string>
#include <type_traits>
#include <vector>

#include "runtime/plan/model.h"
#include "runtime/plan/plan_builder.h"

namespace solder::testing {

struct OperatorTensor {
  TensorType type = TensorType::FLOAT32;
  Shape shape = {};
  std::vector<float> scale = {};  // empty: not quantized
  std::vector<int64_t> zero_point = {};
  bool is_constant = false;
  std::vector<uint8_t> data = {};  // of an input

  template <class T>
  std::vector<T> values() const {
    std::vector<T> result(data.size() / sizeof(T));
    std::memcpy(result.data(), data.data(), data.size());
    return result;
  }
};

template <class T>
constexpr TensorType type_of() {
  if constexpr (std::is_same_v<T, float>) return TensorType::FLOAT32;
  if constexpr (std::is_same_v<T, int8_t>) return TensorType::INT8;
  if constexpr (std::is_same_v<T, int16_t>) return TensorType::INT16;
  return TensorType::INT32;
}

// A tensor to be written.
template <class T>
OperatorTensor result_of(const Shape& shape) {
  return {.type = type_of<T>(), .shape = shape};
}
template <class T>
OperatorTensor result_of(const Shape& shape, float scale, int64_t zero_point) {
  return {.type = type_of<T>(), .shape = shape, .scale = {scale}, .zero_point = {zero_point}};
}

// A tensor to be read.
template <class T>
OperatorTensor with(OperatorTensor tensor, const std::vector<T>& values) {
  tensor.data.resize(values.size() * sizeof(T));
  std::memcpy(tensor.data.data(), values.data(), tensor.data.size());
  return tensor;
}
template <class T>
OperatorTensor constant(OperatorTensor tensor, const std::vector<T>& values) {
  tensor.is_constant = true;
  return with(tensor, values);
}

struct OperatorRun {
  std::string error;  // empty when it could be prepared; then `output` has the data
  OperatorTensor output;
};

inline OperatorRun run_operator(OperatorType type, const Options& options,
                                const std::vector<OperatorTensor>& inputs,
                                const OperatorTensor& output,
                                const KernelSet& kernels = kReferenceKernels) {
  std::vector<OperatorTensor> all = inputs;
  all.push_back(output);
  alignas(kArenaAlignment) static uint8_t constants[1 << 16];
  size_t constant_bytes = 0;
  std::vector<TensorView> views;
  std::vector<int32_t> indices, fed;
  for (const OperatorTensor& tensor : all) {
    const auto index = static_cast<int32_t>(views.size());
    TensorView view = {
        .name = "",
        .type = tensor.type,
        .shape = tensor.shape,
        .quantization = {tensor.scale.data(), tensor.zero_point.data(),
                         static_cast<int32_t>(tensor.scale.size()), 0},
        .data = nullptr,
        .bytes = static_cast<int32_t>(tensor.shape.elements()) * size_of(tensor.type)};
    if (tensor.is_constant) {
      std::memcpy(constants + constant_bytes, tensor.data.data(), tensor.data.size());
      view.data = constants + constant_bytes;
      constant_bytes += (tensor.data.size() + 15) / 16 * 16;
    }
    views.push_back(view);
    if (views.size() == all.size()) break;
    indices.push_back(index);
    if (!tensor.is_constant) fed.push_back(index);
  }
  const auto output_index = static_cast<int32_t>(inputs.size());
  const OperatorView op = {.type = type,
                           .inputs = indices.data(),
                           .input_count = static_cast<int32_t>(indices.size()),
                           .outputs = &output_index,
                           .output_count = 1,
                           .options = options};
  const GraphView graph = {.tensors = views.data(),
                           .tensor_count = static_cast<int32_t>(views.size()),
                           .operators = &op,
                           .operator_count = 1,
                           .inputs = fed.data(),
                           .input_count = static_cast<int32_t>(fed.size()),
                           .outputs = &output_index,
                           .output_count = 1};
  alignas(kArenaAlignment) static uint8_t memory[1 << 16], activations[1 << 20];
  Arena arena(memory, sizeof(memory));
  Plan plan;
  MemoryMap map;
  if (const Error error = build_plan(graph, kernels, constants, arena, arena, plan, map))
    return {.error = error.message, .output = {}};
  const Model model(plan, {.constants = constants, .tables = memory, .arena = activations});
  for (size_t i = 0; i < fed.size(); ++i) {
    const std::vector<uint8_t>& data = inputs[static_cast<size_t>(fed[i])].data;
    std::memcpy(model.input(static_cast<uint32_t>(i)), data.data(), data.size());
  }
  model.invoke();
  OperatorRun result = {.error = "", .output = output};
  const auto* first = model.output<uint8_t>(0);
  result.output.data.assign(first, first + views.back().bytes);
  return result;
}

}  // namespace solder::testing
