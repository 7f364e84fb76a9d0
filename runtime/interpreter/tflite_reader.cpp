#include "runtime/interpreter/tflite_reader.h"

#include "runtime/base/tensor.h"
#include "runtime/interpreter/options.h"
#include "schema/tflite_generated.h"

namespace solder {
namespace {

constexpr uint32_t kSchemaVersion = 3;
constexpr int32_t kMaxTensors = 1 << 14;
constexpr int32_t kMaxOperatorInputs = 1 << 10;

Error bad(const char* message, int64_t detail = 0) {
  return {.message = message, .detail = detail};
}

// FlatBuffers guarantees alignment of tables only; elements are read in place as wide words.
template <class Vector>
bool is_aligned(const Vector* vector, size_t alignment) {
  return vector == nullptr || reinterpret_cast<uintptr_t>(vector->Data()) % alignment == 0;
}

template <class Vector>
int32_t size_of_vector(const Vector* vector) {
  return vector == nullptr ? 0 : static_cast<int32_t>(vector->size());
}

class Reader {
 public:
  Reader(const schema::Model& model, Arena& memory) : model_(model), memory_(memory) {}
  Error read(GraphView& graph);

 private:
  Error read_tensor(const schema::Tensor& from, TensorView& to) const;
  Error read_shape(const schema::Tensor& from, TensorView& to) const;
  Error read_quantization(const schema::Tensor& from, TensorView& to) const;
  Error read_constant(const schema::Tensor& from, TensorView& to) const;
  Error read_operator(const schema::Operator& from, OperatorView& to) const;
  Error check_indices(const flatbuffers::Vector<int32_t>* indices, int32_t lowest) const;

  const schema::Model& model_;
  Arena& memory_;
  int32_t tensor_count_ = 0;
};

Error Reader::read_shape(const schema::Tensor& from, TensorView& to) const {
  const auto* shape = from.shape();
  const int32_t rank = size_of_vector(shape);
  if (rank > kMaxRank)
    return bad("a tensor has too many dimensions; at most 5 are supported, not", rank);
  if (!is_aligned(shape, alignof(int32_t))) return bad("a shape is not aligned in the file");
  to.shape.rank = rank;
  int64_t elements = 1;
  for (int32_t i = 0; i < rank; ++i) {
    const int32_t dim = shape->Get(static_cast<uint32_t>(i));
    if (dim < 1) return bad("a tensor has a dimension that is not positive:", dim);
    elements *= dim;
    if (elements > kMaxTensorBytes) return bad("a tensor has more than 2^28 elements");
    to.shape.dims[i] = dim;
  }
  const int64_t bytes = elements * size_of(to.type);
  if (bytes > kMaxTensorBytes) return bad("a tensor takes more than 2^28 bytes:", bytes);
  to.bytes = static_cast<int32_t>(bytes);
  return {};
}

Error Reader::read_quantization(const schema::Tensor& from, TensorView& to) const {
  const auto* q = from.quantization();
  if (q == nullptr || size_of_vector(q->scale()) == 0) return {};
  if (!is_aligned(q->scale(), alignof(float)) || !is_aligned(q->zero_point(), alignof(int64_t)))
    return bad("quantization parameters are not aligned in the file");
  if (size_of_vector(q->zero_point()) != size_of_vector(q->scale()))
    return bad("a tensor has not as many zero points as scales; it has scales:",
               size_of_vector(q->scale()));
  if (q->quantized_dimension() < 0)
    return bad("a tensor has a negative quantized dimension:", q->quantized_dimension());
  to.quantization = {.scale = q->scale()->data(),
                     .zero_point = q->zero_point()->data(),
                     .count = size_of_vector(q->scale()),
                     .axis = q->quantized_dimension()};
  return {};
}

Error Reader::read_constant(const schema::Tensor& from, TensorView& to) const {
  const auto* buffers = model_.buffers();
  if (from.buffer() >= static_cast<uint32_t>(size_of_vector(buffers)))
    return from.buffer() == 0 ? Error{}
                              : bad("a tensor names a buffer that does not exist:", from.buffer());
  const auto* buffer = buffers->Get(from.buffer());
  if (buffer == nullptr || size_of_vector(buffer->data()) == 0) return {};
  const int32_t element = size_of(to.type);
  if (element == 0)
    return bad("a constant has a type that is not supported:", static_cast<int32_t>(to.type));
  if (size_of_vector(buffer->data()) != to.bytes)
    return bad("a constant has not the bytes that its shape and type ask for; it has",
               size_of_vector(buffer->data()));
  if (!is_aligned(buffer->data(), static_cast<size_t>(element)))
    return bad("a constant is not aligned to its element in the file");
  to.data = buffer->data()->data();
  return {};
}

Error Reader::read_tensor(const schema::Tensor& from, TensorView& to) const {
  if (from.name() != nullptr) to.name = from.name()->c_str();
  to.type = static_cast<TensorType>(from.type());
  if (Error error = read_shape(from, to)) return error;
  if (Error error = read_quantization(from, to)) return error;
  return read_constant(from, to);
}

Error Reader::check_indices(const flatbuffers::Vector<int32_t>* indices, int32_t lowest) const {
  if (!is_aligned(indices, alignof(int32_t))) return bad("tensor indices are not aligned");
  for (int32_t i = 0; i < size_of_vector(indices); ++i) {
    const int32_t index = indices->Get(static_cast<uint32_t>(i));
    if (index < lowest || index >= tensor_count_)
      return bad("an index names a tensor that does not exist:", index);
  }
  return {};
}

Error Reader::read_operator(const schema::Operator& from, OperatorView& to) const {
  const auto* codes = model_.operator_codes();
  if (from.opcode_index() >= static_cast<uint32_t>(size_of_vector(codes)) ||
      codes->Get(from.opcode_index()) == nullptr)
    return bad("an operator names an operator code that does not exist:", from.opcode_index());
  const auto* code = codes->Get(from.opcode_index());
  const auto old_code = static_cast<int32_t>(code->deprecated_builtin_code());
  const auto new_code = static_cast<int32_t>(code->builtin_code());
  to.type = static_cast<OperatorType>(new_code > old_code ? new_code : old_code);

  if (Error error = check_indices(from.inputs(), -1)) return error;
  if (Error error = check_indices(from.outputs(), 0)) return error;
  to.input_count = size_of_vector(from.inputs());
  to.output_count = size_of_vector(from.outputs());
  if (to.input_count > kMaxOperatorInputs || to.output_count > kMaxOperatorInputs)
    return bad("an operator has more than 1024 inputs or outputs");
  if (to.input_count > 0) to.inputs = from.inputs()->data();
  if (to.output_count > 0) to.outputs = from.outputs()->data();
  return read_options(from, to.options);
}

Error Reader::read(GraphView& graph) {
  if (model_.version() != kSchemaVersion)
    return bad("the model's schema version is not 3 but", model_.version());
  if (size_of_vector(model_.subgraphs()) != 1 || model_.subgraphs()->Get(0) == nullptr)
    return bad("the model has not exactly one subgraph but", size_of_vector(model_.subgraphs()));
  const schema::SubGraph& subgraph = *model_.subgraphs()->Get(0);
  tensor_count_ = size_of_vector(subgraph.tensors());
  const int32_t operator_count = size_of_vector(subgraph.operators());
  if (tensor_count_ > kMaxTensors || operator_count > kMaxTensors)
    return bad("the model has more than 16384 tensors or operators");

  auto* tensors = memory_.allocate_temporary<TensorView>(static_cast<size_t>(tensor_count_));
  auto* operators = memory_.allocate_temporary<OperatorView>(static_cast<size_t>(operator_count));
  if (tensors == nullptr || operators == nullptr)
    return bad("the arena is too small to read the model; bytes missing, at least:",
               static_cast<int64_t>(memory_.bytes_missing()));
  for (int32_t i = 0; i < tensor_count_; ++i) {
    const auto* tensor = subgraph.tensors()->Get(static_cast<uint32_t>(i));
    if (tensor == nullptr) return bad("a tensor is missing; it is number", i);
    if (Error error = read_tensor(*tensor, tensors[i])) return error;
  }
  for (int32_t i = 0; i < operator_count; ++i) {
    const auto* op = subgraph.operators()->Get(static_cast<uint32_t>(i));
    if (op == nullptr) return bad("an operator is missing; it is number", i);
    if (Error error = read_operator(*op, operators[i])) {
      error.operator_index = i;
      return error;
    }
  }
  if (Error error = check_indices(subgraph.inputs(), 0)) return error;
  if (Error error = check_indices(subgraph.outputs(), 0)) return error;
  graph = {.tensors = tensors,
           .tensor_count = tensor_count_,
           .operators = operators,
           .operator_count = operator_count,
           .input_count = size_of_vector(subgraph.inputs()),
           .output_count = size_of_vector(subgraph.outputs())};
  if (graph.input_count == 0 || graph.output_count == 0)
    return bad("the model has no inputs or no outputs");
  graph.inputs = subgraph.inputs()->data();
  graph.outputs = subgraph.outputs()->data();
  return {};
}

}  // namespace

Error read_tflite(const void* tflite, size_t bytes, Arena& memory, GraphView& graph) {
  // The smallest file holds a root offset and an identifier.
  if (bytes < 8)
    return bad("the file is too short to be a .tflite; its bytes are", static_cast<int64_t>(bytes));
  if (!schema::ModelBufferHasIdentifier(tflite))
    return bad("the file is no .tflite: it lacks the identifier TFL3");
  if (bytes > static_cast<size_t>(kMaxTensorBytes))
    return bad("the file is larger than 2^28 bytes");
  flatbuffers::Verifier verifier(static_cast<const uint8_t*>(tflite), bytes);
  if (!schema::VerifyModelBuffer(verifier))
    return bad("the file is damaged or cut off: its tables do not hold together");
  return Reader(*schema::GetModel(tflite), memory).read(graph);
}

}  // namespace solder
