// For tests: one operator from its tensors to its results, through preparation and the executor.
#pragma once

#include <cstring>
#include <deque>
#include <string>
#include <vector>

#include "runtime/plan/model.h"
#include "runtime/plan/plan_builder.h"

namespace solder::testing {

template <class T>
constexpr TensorType type_of() {
  if constexpr (std::is_same_v<T, float>) return TensorType::FLOAT32;
  if constexpr (std::is_same_v<T, int32_t>) return TensorType::INT32;
  if constexpr (std::is_same_v<T, int64_t>) return TensorType::INT64;
  if constexpr (std::is_same_v<T, int16_t>) return TensorType::INT16;
  return TensorType::INT8;
}

class OperatorCase {
 public:
  OperatorType type;
  Options options = {};

  explicit OperatorCase(OperatorType op) : type(op) {}

  // Inputs in order. Constants lie at multiples of 16 bytes.
  template <class T>
  OperatorCase& input(const Shape& shape, const std::vector<T>& values) {
    add(type_of<T>(), shape);
    fed_.emplace_back(bytes_of(values));
    inputs_.push_back(last());
    graph_inputs_.push_back(last());
    return *this;
  }
  template <class T>
  OperatorCase& constant(const Shape& shape, const std::vector<T>& values) {
    add(type_of<T>(), shape);
    constant_offsets_.emplace_back(last(), constants_.size());
    const auto bytes = bytes_of(values);
    constants_.insert(constants_.end(), bytes.begin(), bytes.end());
    constants_.resize((constants_.size() + 15) / 16 * 16);
    inputs_.push_back(last());
    return *this;
  }
  OperatorCase& integers(const std::vector<int32_t>& values) {
    return constant<int32_t>({1, {static_cast<int32_t>(values.size())}}, values);
  }
  OperatorCase& absent() {
    inputs_.push_back(-1);
    return *this;
  }
  OperatorCase& output(TensorType element, const Shape& shape) {
    add(element, shape);
    outputs_.push_back(last());
    return *this;
  }
  // Of the tensor added last.
  OperatorCase& quantized(float scale, int64_t zero_point) {
    return quantized(std::vector<float>{scale}, std::vector<int64_t>{zero_point}, 0);
  }
  OperatorCase& quantized(std::vector<float> scale, std::vector<int64_t> zero_point, int32_t axis) {
    scales_.push_back(std::move(scale));
    zero_points_.push_back(std::move(zero_point));
    tensors_.back().quantization = {scales_.back().data(), zero_points_.back().data(),
                                    static_cast<int32_t>(scales_.back().size()), axis};
    return *this;
  }

  // Empty, or what preparation says.
  std::string run(const KernelSet& kernels = kReferenceKernels) {
    const std::vector<std::max_align_t> aligned(constants_.size() / sizeof(std::max_align_t) + 1);
    auto* base = reinterpret_cast<uint8_t*>(const_cast<std::max_align_t*>(aligned.data()));
    if (!constants_.empty()) std::memcpy(base, constants_.data(), constants_.size());
    for (const auto& [tensor, offset] : constant_offsets_)
      tensors_[static_cast<size_t>(tensor)].data = base + offset;
    // What nothing feeds is not tested for: give the plan an input.
    if (graph_inputs_.empty()) {
      add(TensorType::INT8, {1, {1}});
      fed_.emplace_back(1);
      graph_inputs_.push_back(last());
    }
    const OperatorView op = {
        type, inputs_.data(), count(inputs_), outputs_.data(), count(outputs_), options};
    const GraphView graph = {
        tensors_.data(), count(tensors_), &op, 1, graph_inputs_.data(), count(graph_inputs_),
        outputs_.data(), count(outputs_)};
    std::vector<std::max_align_t> memory(1 << 16), activations;
    Arena arena(memory.data(), memory.size() * sizeof(memory[0]));
    Plan plan;
    MemoryMap map;
    if (const Error error = build_plan(graph, kernels, base, arena, arena, plan, map))
      return error.message;
    activations.resize(plan.arena_bytes / sizeof(activations[0]) + 1);
    const Model model(plan,
                      {.constants = base, .tables = arena.base(), .arena = activations.data()});
    for (size_t i = 0; i < fed_.size(); ++i)
      std::memcpy(model.input(static_cast<uint32_t>(i)), fed_[i].data(), fed_[i].size());
    model.invoke();
    results_.clear();
    for (uint32_t i = 0; i < model.output_count(); ++i) {
      const auto* first = model.output<uint8_t>(i);
      results_.emplace_back(first, first + model.output_info(i).bytes);
    }
    return "";
  }
  template <class T>
  std::vector<T> result(size_t index = 0) const {
    std::vector<T> values(results_.at(index).size() / sizeof(T));
    std::memcpy(values.data(), results_[index].data(), results_[index].size());
    return values;
  }

 private:
  void add(TensorType element, const Shape& shape) {
    TensorView view;
    view.type = element;
    view.shape = shape;
    view.bytes = static_cast<int32_t>(shape.elements() * size_of(element));
    tensors_.push_back(view);
  }
  int32_t last() const { return count(tensors_) - 1; }
  template <class Container>
  static int32_t count(const Container& container) {
    return static_cast<int32_t>(container.size());
  }
  template <class T>
  static std::vector<uint8_t> bytes_of(const std::vector<T>& values) {
    const auto* first = reinterpret_cast<const uint8_t*>(values.data());
    return {first, first + values.size() * sizeof(T)};
  }

  std::vector<TensorView> tensors_;
  std::vector<int32_t> inputs_, outputs_, graph_inputs_;
  std::vector<std::vector<uint8_t>> fed_, results_;
  std::vector<uint8_t> constants_;
  std::vector<std::pair<int32_t, size_t>> constant_offsets_;
  std::deque<std::vector<float>> scales_;
  std::deque<std::vector<int64_t>> zero_points_;
};

// 1, 2, 3, ...
template <class T>
std::vector<T> counting(int64_t count) {
  std::vector<T> values(static_cast<size_t>(count));
  for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<T>(i + 1);
  return values;
}

}  // namespace solder::testing
