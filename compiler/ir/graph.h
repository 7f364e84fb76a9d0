// The compiler's view of a network: operators over tensors, in TensorFlow Lite's vocabulary.
// Activations are channels-last (NHWC). Importers make graphs, passes rewrite them, exporters
// write them down.
#pragma once

#include <cassert>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "compiler/ir/model_error.h"
#include "runtime/base/tensor.h"
#include "runtime/kernels/operator.h"

namespace solder::compiler {

// real = scale * (q - zero_point). Empty vectors: not quantized; one entry: per tensor; else one
// entry per index of dimension `axis`. Both vectors have the same length.
struct Quantization {
  std::vector<float> scale = {};
  std::vector<int64_t> zero_point = {};
  int32_t axis = 0;

  bool operator==(const Quantization&) const = default;
};

struct Tensor {
  std::string name = {};  // for people; need not be unique
  TensorType type = TensorType::FLOAT32;
  Shape shape = {};
  Quantization quantization = {};
  // Row-major little-endian elements of a constant, at an address that is a multiple of 16; empty
  // for a tensor that is computed or fed.
  std::vector<uint8_t> data = {};

  bool is_constant() const { return !data.empty(); }
  int64_t bytes() const { return shape.elements() * size_of(type); }

  // The elements of a constant. T is the C++ type of `type`.
  template <class T>
  std::span<const T> values() const {
    assert(sizeof(T) == static_cast<size_t>(size_of(type)));
    return {reinterpret_cast<const T*>(data.data()), data.size() / sizeof(T)};
  }
  template <class T>
  std::span<T> values() {
    assert(sizeof(T) == static_cast<size_t>(size_of(type)));
    return {reinterpret_cast<T*>(data.data()), data.size() / sizeof(T)};
  }

  bool operator==(const Tensor&) const = default;
};

// Tensors are named by their index in Graph::tensors.
struct Operator {
  OperatorType type{};
  std::vector<int> inputs = {};  // -1: an optional input that is absent
  std::vector<int> outputs = {};
  Options options = {};

  // The tensor of input `index`, -1 when the list is shorter or the input absent.
  int input(size_t index) const { return index < inputs.size() ? inputs[index] : -1; }

  bool operator==(const Operator&) const = default;
};

struct Graph {
  std::string name = {};
  std::vector<Tensor> tensors = {};
  std::vector<Operator> operators = {};  // in execution order
  std::vector<int> inputs = {};
  std::vector<int> outputs = {};

  // Returns the index of the new tensor.
  int add_tensor(Tensor tensor);

  // Index of the operator that computes `tensor`, -1 for constants and inputs of the graph.
  int producer_of(int tensor) const;
  // Indices of the operators that read `tensor`, ascending, each once.
  std::vector<int> users_of(int tensor) const;
  bool is_output(int tensor) const;
  // Whether `tensor` is read by exactly one operator, once, and is no output of the graph.
  bool has_one_user(int tensor) const;
  bool is_constant(int tensor) const { return tensor >= 0 && tensors[tensor].is_constant(); }

  // Makes every reader of `from`, and the graph's outputs, read `to` instead.
  void replace_uses(int from, int to);

  bool operator==(const Graph&) const = default;
};

// A constant of INT32 values, shape {values.size()}.
Tensor int32_constant(std::string name, std::span<const int32_t> values);
// A constant of FLOAT32 values; values.size() is shape.elements().
Tensor float_constant(std::string name, Shape shape, std::span<const float> values);

// The shape with these dimensions. Throws ModelError, naming `where`, unless there are at most
// kMaxRank of them, all positive, of at most kMaxTensorBytes elements together.
Shape make_shape(std::span<const int64_t> dims, const std::string& where);

// "1x28x28x1"; "scalar" for rank 0.
std::string to_string(const Shape& shape);

// Throws ModelError unless: every index exists; every operator has its first input and an output;
// tensors have valid shapes, types the runtime knows,
// data of the right size and quantization of the right length; each tensor is written at most once,
// constants and inputs never; and each is written before it is read. What an operator wants of its
// tensors is checked where it is prepared, not here.
void validate(const Graph& graph);

// Removes operators whose results nobody reads, then tensors that nobody names. The order of what
// stays is kept.
void remove_dead_code(Graph& graph);

}  // namespace solder::compiler
