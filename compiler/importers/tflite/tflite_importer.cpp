#include "compiler/importers/tflite/tflite_importer.h"

#include <fmt/format.h>

#include <algorithm>

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

std::string supported_operators() {
  std::string names;
  for (int code = 0; code <= schema::BuiltinOperator_MAX; ++code)
    if (const char* name = operator_name(static_cast<OperatorType>(code)))
      names += (names.empty() ? "" : ", ") + std::string(name);
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
    Graph graph;
    graph.name = text_of(subgraph.name());
    for (uint32_t i = 0; i < length(subgraph.tensors()); ++i)
      graph.tensors.push_back(read_tensor(*subgraph.tensors()->Get(i), i));
    for (uint32_t i = 0; i < length(subgraph.operators()); ++i)
      graph.operators.push_back(read_operator(*subgraph.operators()->Get(i), i));
    graph.inputs = indices(subgraph.inputs());
    graph.outputs = indices(subgraph.outputs());
    return graph;
  }

 private:
  Tensor read_tensor(const schema::Tensor& source, uint32_t index) const {
    Tensor tensor;
    tensor.name = text_of(source.name());
    const std::string where = fmt::format("tensor {} '{}'", index, tensor.name);
    tensor.type = static_cast<TensorType>(source.type());
    if (size_of(tensor.type) == 0)
      throw ModelError(fmt::format("{}: type {} is not supported", where,
                                   schema::EnumNameTensorType(source.type())));
    if (source.is_variable())
      throw ModelError(where + ": variable tensors (state kept between runs) are not supported");
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

  Operator read_operator(const schema::Operator& source, uint32_t index) const {
    Operator op;
    op.type = read_type(source, index);
    op.inputs = indices(source.inputs());
    op.outputs = indices(source.outputs());
    if (const Error error = read_options(source, op.options))
      throw ModelError(fmt::format("operator {} {} {} {}", index, operator_name(op.type),
                                   error.message, error.detail));
    return op;
  }

  OperatorType read_type(const schema::Operator& source, uint32_t index) const {
    if (source.opcode_index() >= length(model_.operator_codes()))
      throw ModelError(fmt::format("operator {}: operator code {} does not exist", index,
                                   source.opcode_index()));
    const schema::OperatorCode& code = *model_.operator_codes()->Get(source.opcode_index());
    // Older files have the first field alone.
    const int number = std::max<int>(code.deprecated_builtin_code(), code.builtin_code());
    const auto type = static_cast<OperatorType>(number);
    if (operator_name(type) != nullptr) return type;

    std::string name =
        schema::EnumNameBuiltinOperator(static_cast<schema::BuiltinOperator>(number));
    if (number == schema::BuiltinOperator_CUSTOM)
      name = fmt::format("CUSTOM '{}'", text_of(code.custom_code()));
    else if (name.empty())
      name = fmt::format("of unknown code {}", number);
    throw ModelError(fmt::format("operator {} {} is not supported; supported: {}", index, name,
                                 supported_operators()));
  }

  const schema::Model& model_;
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
