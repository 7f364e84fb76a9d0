#include "runtime/interpreter/legacy_uint8.h"

namespace solder {
namespace {

constexpr int32_t kShift = 128;

bool is_quantized_uint8(const TensorView& tensor) {
  return tensor.type == TensorType::UINT8 && tensor.quantization.count > 0;
}

bool only_changes_type(const OperatorView& op) {
  return op.type == OperatorType::QUANTIZE || op.type == OperatorType::DEQUANTIZE;
}

bool any_is_uint8(const TensorView* tensors, const int32_t* indices, int32_t count) {
  for (int32_t i = 0; i < count; ++i)
    if (indices[i] >= 0 && is_quantized_uint8(tensors[indices[i]])) return true;
  return false;
}

bool works_with_uint8(const TensorView* tensors, const OperatorView& op) {
  return any_is_uint8(tensors, op.inputs, op.input_count) ||
         any_is_uint8(tensors, op.outputs, op.output_count);
}

bool is_legacy(const GraphView& graph) {
  for (int32_t i = 0; i < graph.tensor_count; ++i)
    if (graph.tensors[i].type == TensorType::INT8) return false;
  for (int32_t i = 0; i < graph.operator_count; ++i) {
    const OperatorView& op = graph.operators[i];
    if (!only_changes_type(op) && works_with_uint8(graph.tensors, op)) return true;
  }
  return false;
}

class Converter {
 public:
  Converter(Arena& memory, const GraphView& from) : memory_(memory), from_(from) {}

  Error convert(GraphView& to) {
    const int32_t ends = from_.input_count + from_.output_count;
    tensors_ = temporary<TensorView>(from_.tensor_count + ends);
    operators_ = temporary<OperatorView>(from_.operator_count + ends);
    indices_ = temporary<int32_t>(ends);
    if (tensors_ == nullptr || operators_ == nullptr || indices_ == nullptr) return no_memory();
    for (int32_t i = 0; i < from_.tensor_count; ++i) {
      tensors_[i] = from_.tensors[i];
      if (!is_quantized_uint8(tensors_[i])) continue;
      if (Error error = shift(tensors_[i])) return error;
    }
    tensor_count_ = from_.tensor_count;
    int32_t* next = indices_;
    for (int32_t i = 0; i < from_.input_count; ++i, ++next)
      add_end(from_.inputs[i], *next, /*is_input=*/true);
    for (int32_t i = 0; i < from_.operator_count; ++i) {
      OperatorView& op = operators_[operator_count_++] = from_.operators[i];
      op.options.from_uint8 = works_with_uint8(from_.tensors, op);
    }
    for (int32_t i = 0; i < from_.output_count; ++i, ++next)
      add_end(from_.outputs[i], *next, /*is_input=*/false);
    to = {.tensors = tensors_,
          .tensor_count = tensor_count_,
          .operators = operators_,
          .operator_count = operator_count_,
          .inputs = indices_,
          .input_count = from_.input_count,
          .outputs = indices_ + from_.input_count,
          .output_count = from_.output_count};
    return {};
  }

 private:
  template <class T>
  T* temporary(int32_t count) {
    return memory_.allocate_temporary<T>(static_cast<size_t>(count));
  }

  Error no_memory() const {
    return {.message = "the arena is too small to prepare a UINT8 model; bytes missing, at least:",
            .detail = static_cast<int64_t>(memory_.bytes_missing())};
  }

  Error shift(TensorView& tensor) {
    tensor.type = TensorType::INT8;
    auto* zero_points = temporary<int64_t>(tensor.quantization.count);
    if (zero_points == nullptr) return no_memory();
    for (int32_t i = 0; i < tensor.quantization.count; ++i) {
      const int64_t zero_point = tensor.quantization.zero_point[i];
      if (zero_point < 0 || zero_point > UINT8_MAX)
        return {.message = "a UINT8 tensor has a zero point outside of 0 to 255:",
                .detail = zero_point};
      zero_points[i] = zero_point - kShift;
    }
    tensor.quantization.zero_point = zero_points;
    if (!tensor.is_constant()) return {};
    auto* values = memory_.allocate_permanent<uint8_t>(static_cast<size_t>(tensor.bytes));
    if (values == nullptr) return no_memory();
    for (int32_t i = 0; i < tensor.bytes; ++i)
      values[i] = static_cast<const uint8_t*>(tensor.data)[i] ^ kShift;
    tensor.data = values;
    return {};
  }

  // `outside` is what users see of `tensor`: that itself, or a UINT8 tensor in its stead.
  void add_end(const int32_t& tensor, int32_t& outside, bool is_input) {
    outside = tensor;
    if (!is_quantized_uint8(from_.tensors[tensor])) return;
    outside = tensor_count_++;
    tensors_[outside] = from_.tensors[tensor];
    operators_[operator_count_++] = {.type = OperatorType::QUANTIZE,
                                     .inputs = is_input ? &outside : &tensor,
                                     .input_count = 1,
                                     .outputs = is_input ? &tensor : &outside,
                                     .output_count = 1,
                                     .options = {}};
  }

  Arena& memory_;
  const GraphView& from_;
  TensorView* tensors_ = nullptr;
  OperatorView* operators_ = nullptr;
  int32_t* indices_ = nullptr;  // of inputs, then outputs
  int32_t tensor_count_ = 0, operator_count_ = 0;
};

}  // namespace

Error legacy_uint8_to_int8(Arena& memory, GraphView& graph) {
  if (!is_legacy(graph)) return {};
  const GraphView from = graph;
  return Converter(memory, from).convert(graph);
}

}  // namespace solder
