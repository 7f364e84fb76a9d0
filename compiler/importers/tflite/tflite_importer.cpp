#include "compiler/importers/tflite/tflite_importer.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/importers/tflite/batch_matmul.h"
#include "compiler/importers/tflite/sequence_lstm.h"
#include "compiler/ir/legacy_uint8.h"
#include "runtime/interpreter/options.h"
#include "schema/tflite_generated.h"

namespace solder::compiler {
namespace {

// Vectors and strings that a file leaves out read as empty ones.
template <class T>
auto length(const flatbuffers::Vector<T>* vector) {
  return vector ? vector->size() : 0;
}

std::string text_of(const flatbuffers::String* text) { return text ? text->str() : ""; }

std::vector<int> indices(const flatbuffers::Vector<int32_t>* vector) {
  return vector ? std::vector<int>(vector->begin(), vector->end()) : std::vector<int>();
}

// Operators that become others when they are read.
constexpr struct {
  schema::BuiltinOperator code;
  const char* name;
} kRewritten[] = {
    {schema::BuiltinOperator_UNIDIRECTIONAL_SEQUENCE_LSTM, "UNIDIRECTIONAL_SEQUENCE_LSTM"},
    {schema::BuiltinOperator_BIDIRECTIONAL_SEQUENCE_LSTM, "BIDIRECTIONAL_SEQUENCE_LSTM"},
    {schema::BuiltinOperator_BATCH_MATMUL, "BATCH_MATMUL"},
};

// Of an operator that can be read; null for others.
const char* name_of(int code) {
  for (const auto& entry : kRewritten)
    if (code == entry.code) return entry.name;
  return operator_name(static_cast<OperatorType>(code));
}

std::string supported_operators() {
  std::string names;
  for (int code = 0; code <= schema::BuiltinOperator_MAX; ++code) {
    const char* name = name_of(code);
    if (name != nullptr) names += (names.empty() ? "" : ", ") + std::string(name);
  }
  return names;
}

class Reader {
 public:
  explicit Reader(const schema::Model& model) : model_(model) {}

  Graph read() {
    if (model_.version() != 3)
      throw ModelError(
          fmt::format(".tflite schema version {}, only 3 is supported", model_.version()));
    if (length(model_.subgraphs()) != 1)
      throw ModelError(fmt::format("{} subgraphs, only models of one are supported",
                                   length(model_.subgraphs())));
    const schema::SubGraph& subgraph = *model_.subgraphs()->Get(0);
    Graph& graph = builder_.graph();
    graph.name = text_of(subgraph.name());
    for (uint32_t i = 0; i < length(subgraph.tensors()); ++i)
      graph.tensors.push_back(read_tensor(*subgraph.tensors()->Get(i), i));
    for (uint32_t i = 0; i < length(subgraph.operators()); ++i)
      read_operator(*subgraph.operators()->Get(i), i);
    refuse_variables();
    graph.inputs = tensors_of(subgraph.inputs());
    graph.outputs = tensors_of(subgraph.outputs());
    return std::move(graph);
  }

 private:
  Tensor read_tensor(const schema::Tensor& source, uint32_t index) {
    Tensor tensor;
    tensor.name = text_of(source.name());
    const std::string where = fmt::format("tensor {} '{}'", index, tensor.name);
    tensor.type = static_cast<TensorType>(source.type());
    if (size_of(tensor.type) == 0)
      throw ModelError(fmt::format("{}: type {} is not supported", where,
                                   schema::EnumNameTensorType(source.type())));
    is_variable_.push_back(source.is_variable());
    const std::vector<int> dims = indices(source.shape());
    tensor.shape = make_shape(std::vector<int64_t>(dims.begin(), dims.end()), where);
    tensor.quantization = read_quantization(source.quantization(), where);
    tensor.data = read_data(source.buffer(), where);
    return tensor;
  }

  static Quantization read_quantization(const schema::QuantizationParameters* source,
                                        const std::string& where) {
    Quantization quantization;
    // Float tensors may carry the range they had in training, and no scale.
    if (source == nullptr || length(source->scale()) == 0) return quantization;
    if (source->details_type() != schema::QuantizationDetails_NONE)
      throw ModelError(where + ": custom quantization is not supported");
    quantization.scale.assign(source->scale()->begin(), source->scale()->end());
    if (length(source->zero_point()) == 0)
      quantization.zero_point.resize(quantization.scale.size());
    else
      quantization.zero_point.assign(source->zero_point()->begin(), source->zero_point()->end());
    quantization.axis = source->quantized_dimension();
    return quantization;
  }

  std::vector<uint8_t> read_data(uint32_t buffer, const std::string& where) const {
    if (buffer >= length(model_.buffers()))
      throw ModelError(fmt::format("{}: buffer {} does not exist", where, buffer));
    const auto* data = model_.buffers()->Get(buffer)->data();
    return data ? std::vector<uint8_t>(data->begin(), data->end()) : std::vector<uint8_t>();
  }

  // Unrolling adds tensors; a file names none of those.
  std::vector<int> tensors_of(const flatbuffers::Vector<int32_t>* vector) const {
    std::vector<int> tensors = indices(vector);
    for (const int tensor : tensors)
      if (tensor >= static_cast<int>(is_variable_.size()))
        throw ModelError(fmt::format("tensor {} does not exist", tensor));
    return tensors;
  }

  void read_operator(const schema::Operator& source, uint32_t index) {
    const int code = read_code(source, index);
    const std::string where = fmt::format("operator {} {}", index, name_of(code));
    if (code == schema::BuiltinOperator_UNIDIRECTIONAL_SEQUENCE_LSTM)
      return unroll_sequence_lstm(source, where, builder_, is_variable_);
    if (code == schema::BuiltinOperator_BIDIRECTIONAL_SEQUENCE_LSTM)
      return unroll_bidirectional_lstm(source, where, builder_, is_variable_);
    if (code == schema::BuiltinOperator_BATCH_MATMUL)
      return import_batch_matmul(source, where, builder_, static_cast<int>(is_variable_.size()));
    Operator op;
    op.type = static_cast<OperatorType>(code);
    op.inputs = tensors_of(source.inputs());
    op.outputs = tensors_of(source.outputs());
    if (const Error error = read_options(source, op.options))
      throw ModelError(fmt::format("{} {} {}", where, error.message, error.detail));
    builder_.graph().operators.push_back(std::move(op));
  }

  int read_code(const schema::Operator& source, uint32_t index) const {
    if (source.opcode_index() >= length(model_.operator_codes()))
      throw ModelError(fmt::format("operator {}: operator code {} does not exist", index,
                                   source.opcode_index()));
    const schema::OperatorCode& code = *model_.operator_codes()->Get(source.opcode_index());
    // Older files have the first field alone.
    const int number = std::max<int>(code.deprecated_builtin_code(), code.builtin_code());
    if (name_of(number) != nullptr) return number;

    std::string name =
        schema::EnumNameBuiltinOperator(static_cast<schema::BuiltinOperator>(number));
    if (number == schema::BuiltinOperator_CUSTOM)
      name = fmt::format("CUSTOM '{}'", text_of(code.custom_code()));
    else if (name.empty())
      name = fmt::format("of unknown code {}", number);
    throw ModelError(fmt::format("operator {} {} is not supported; supported: {}", index, name,
                                 supported_operators()));
  }

  // Variable tensors keep a state between inferences. LSTMs take theirs away; none may be left.
  void refuse_variables() {
    for (size_t i = 0; i < is_variable_.size(); ++i)
      if (is_variable_[i])
        throw ModelError(fmt::format(
            "tensor {} '{}': variable tensors (state kept between runs) are not supported", i,
            builder_.graph().tensors[i].name));
  }

  const schema::Model& model_;
  GraphBuilder builder_;
  std::vector<bool> is_variable_;
};

}  // namespace

Graph import_tflite(std::span<const uint8_t> bytes) {
  // Copied: FlatBuffers reads numbers in place and wants them aligned.
  const std::vector<uint8_t> file(bytes.begin(), bytes.end());
  if (file.size() < 8 || !schema::ModelBufferHasIdentifier(file.data()))
    throw ModelError("not a .tflite file: no TFL3 identifier");
  flatbuffers::Verifier verifier(file.data(), file.size());
  if (!schema::VerifyModelBuffer(verifier))
    throw ModelError("the .tflite file is damaged or cut short");
  Graph graph = Reader(*schema::GetModel(file.data())).read();
  validate(graph);
  legacy_uint8_to_int8(graph);
  return graph;
}

}  // namespace solder::compiler
