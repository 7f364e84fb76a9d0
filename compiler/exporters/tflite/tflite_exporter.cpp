#include "compiler/exporters/tflite/tflite_exporter.h"

#include <algorithm>
#include <map>
#include <memory>

#include "compiler/exporters/tflite/versions.h"
#include "schema/tflite_generated.h"

namespace solder::compiler {
namespace {

std::vector<int32_t> dims_of(const Shape& shape) { return {shape.dims, shape.dims + shape.rank}; }

schema::ActivationFunctionType activation_of(const Options& options) {
  return static_cast<schema::ActivationFunctionType>(options.activation);
}

template <class Table>
void write_window(const Options& options, Table& table) {
  table.padding = static_cast<schema::Padding>(options.padding);
  table.stride_h = options.stride_h;
  table.stride_w = options.stride_w;
  table.fused_activation_function = activation_of(options);
}

template <class Table>
void write_dilation(const Options& options, Table& table) {
  table.dilation_h_factor = options.dilation_h;
  table.dilation_w_factor = options.dilation_w;
}

// Output channels for each input channel.
int32_t depth_multiplier(const Graph& graph, const Operator& op) {
  const int32_t inputs = graph.tensors[op.inputs[0]].shape.dim_of(4, 3);
  return graph.tensors[op.outputs[0]].shape.dim_of(4, 3) / inputs;
}

schema::BuiltinOptionsUnion write_options(const Graph& graph, const Operator& op) {
  const Options& options = op.options;
  schema::BuiltinOptionsUnion result;
  switch (op.type) {
    case OperatorType::CONV_2D: {
      schema::Conv2DOptionsT table;
      write_window(options, table);
      write_dilation(options, table);
      result.Set(std::move(table));
      break;
    }
    case OperatorType::DEPTHWISE_CONV_2D: {
      schema::DepthwiseConv2DOptionsT table;
      write_window(options, table);
      write_dilation(options, table);
      table.depth_multiplier = depth_multiplier(graph, op);
      result.Set(std::move(table));
      break;
    }
    case OperatorType::AVERAGE_POOL_2D:
    case OperatorType::MAX_POOL_2D: {
      schema::Pool2DOptionsT table;
      write_window(options, table);
      table.filter_height = options.filter_h;
      table.filter_width = options.filter_w;
      result.Set(std::move(table));
      break;
    }
    case OperatorType::FULLY_CONNECTED: {
      schema::FullyConnectedOptionsT table;
      table.fused_activation_function = activation_of(options);
      table.keep_num_dims = options.keep_dims;
      result.Set(std::move(table));
      break;
    }
    case OperatorType::SOFTMAX: {
      schema::SoftmaxOptionsT table;
      table.beta = options.beta;
      result.Set(std::move(table));
      break;
    }
    case OperatorType::CONCATENATION: {
      schema::ConcatenationOptionsT table;
      table.axis = options.axis;
      table.fused_activation_function = activation_of(options);
      result.Set(std::move(table));
      break;
    }
    case OperatorType::ADD: {
      schema::AddOptionsT table;
      table.fused_activation_function = activation_of(options);
      result.Set(std::move(table));
      break;
    }
    case OperatorType::RESHAPE: {
      schema::ReshapeOptionsT table;
      table.new_shape = dims_of(graph.tensors[op.outputs[0]].shape);
      result.Set(std::move(table));
      break;
    }
    case OperatorType::MEAN: {
      schema::ReducerOptionsT table;
      table.keep_dims = options.keep_dims;
      result.Set(std::move(table));
      break;
    }
    case OperatorType::PAD:
      result.Set(schema::PadOptionsT());
      break;
    case OperatorType::TRANSPOSE:
      result.Set(schema::TransposeOptionsT());
      break;
    case OperatorType::DEQUANTIZE:
      result.Set(schema::DequantizeOptionsT());
      break;
    case OperatorType::QUANTIZE:
      result.Set(schema::QuantizeOptionsT());
      break;
    case OperatorType::LOGISTIC:
    case OperatorType::NEG:
    case OperatorType::RELU:
    case OperatorType::RELU6:
    case OperatorType::RELU_N1_TO_1:
      break;  // the format has no options for them
  }
  return result;
}

class Writer {
 public:
  explicit Writer(const Graph& graph) : graph_(graph) {}

  schema::ModelT write() {
    model_.version = 3;
    model_.description = "Solder";
    model_.buffers.push_back(std::make_unique<schema::BufferT>());  // of tensors without data
    auto subgraph = std::make_unique<schema::SubGraphT>();
    subgraph->name = graph_.name;
    subgraph->inputs = graph_.inputs;
    subgraph->outputs = graph_.outputs;
    for (const Tensor& tensor : graph_.tensors) subgraph->tensors.push_back(write_tensor(tensor));
    for (const Operator& op : graph_.operators) subgraph->operators.push_back(write_operator(op));
    model_.subgraphs.push_back(std::move(subgraph));
    return std::move(model_);
  }

 private:
  std::unique_ptr<schema::TensorT> write_tensor(const Tensor& tensor) {
    auto result = std::make_unique<schema::TensorT>();
    result->name = tensor.name;
    result->type = static_cast<schema::TensorType>(tensor.type);
    result->shape = dims_of(tensor.shape);
    if (tensor.is_constant()) {
      result->buffer = static_cast<uint32_t>(model_.buffers.size());
      model_.buffers.push_back(std::make_unique<schema::BufferT>());
      model_.buffers.back()->data = tensor.data;
    }
    result->quantization = std::make_unique<schema::QuantizationParametersT>();
    result->quantization->scale = tensor.quantization.scale;
    result->quantization->zero_point = tensor.quantization.zero_point;
    result->quantization->quantized_dimension = tensor.quantization.axis;
    return result;
  }

  std::unique_ptr<schema::OperatorT> write_operator(const Operator& op) {
    auto result = std::make_unique<schema::OperatorT>();
    result->opcode_index = operator_code(op);
    result->inputs = op.inputs;
    result->outputs = op.outputs;
    result->builtin_options = write_options(graph_, op);
    return result;
  }

  uint32_t operator_code(const Operator& op) {
    const int32_t version = operator_version(graph_, op);
    const auto [entry, is_new] =
        codes_.emplace(std::pair(op.type, version), model_.operator_codes.size());
    if (is_new) {
      auto code = std::make_unique<schema::OperatorCodeT>();
      constexpr auto kLargestDeprecated =
          int32_t{schema::BuiltinOperator_PLACEHOLDER_FOR_GREATER_OP_CODES};
      const auto number = static_cast<int32_t>(op.type);
      code->deprecated_builtin_code = static_cast<int8_t>(std::min(number, kLargestDeprecated));
      code->builtin_code = static_cast<schema::BuiltinOperator>(number);
      code->version = version;
      model_.operator_codes.push_back(std::move(code));
    }
    return entry->second;
  }

  const Graph& graph_;
  schema::ModelT model_;
  std::map<std::pair<OperatorType, int32_t>, uint32_t> codes_;
};

}  // namespace

std::vector<uint8_t> export_tflite(const Graph& graph) {
  const schema::ModelT model = Writer(graph).write();
  flatbuffers::FlatBufferBuilder builder;
  schema::FinishModelBuffer(builder, schema::Model::Pack(builder, &model));
  return {builder.GetBufferPointer(), builder.GetBufferPointer() + builder.GetSize()};
}

}  // namespace solder::compiler
