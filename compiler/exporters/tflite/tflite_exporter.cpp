#include "compiler/exporters/tflite/tflite_exporter.h"

#include <algorithm>
#include <map>

#include "compiler/exporters/tflite/versions.h"
#include "compiler/ir/legacy_uint8.h"
#include "schema/tflite_generated.h"

namespace solder::compiler {
namespace {

std::vector<int32_t> dims_of(const Shape& shape) { return {shape.dims, shape.dims + shape.rank}; }

schema::ActivationFunctionType activation_of(const Options& options) {
  return static_cast<schema::ActivationFunctionType>(options.activation);
}

template <class Table>
void write_window(const Options& options, Table& table) {
  if (options.cropped) throw ModelError("a .tflite cannot say that an output is cropped");
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

template <class Table>
Table resize_options(const Options& options) {
  Table table;
  table.align_corners = options.align_corners;
  table.half_pixel_centers = options.half_pixel_centers;
  return table;
}

// The dimensions of `from` that `to` lacks, each of size 1.
std::vector<int32_t> squeezed_dims(const Shape& from, const Shape& to) {
  std::vector<int32_t> dims;
  for (int32_t i = 0, kept = 0; i < from.rank; ++i) {
    const bool is_kept = kept < to.rank && from.dims[i] == to.dims[kept];
    const bool may_go =
        from.dims[i] == 1 && from.rank - static_cast<int32_t>(dims.size()) > to.rank;
    if (may_go || !is_kept)
      dims.push_back(i);
    else
      ++kept;
  }
  return dims;
}

// Of ADD and SUB. INT16 by scales of any value, not only powers of two.
template <class Table>
Table sum_options(const Graph& graph, const Operator& op) {
  Table table;
  table.fused_activation_function = activation_of(op.options);
  table.pot_scale_int16 = graph.tensors[op.outputs[0]].type != TensorType::INT16;
  return table;
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
    case OperatorType::TRANSPOSE_CONV: {
      schema::TransposeConvOptionsT table;
      write_window(options, table);
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
    case OperatorType::ADD:
      result.Set(sum_options<schema::AddOptionsT>(graph, op));
      break;
    case OperatorType::SUB:
      result.Set(sum_options<schema::SubOptionsT>(graph, op));
      break;
    case OperatorType::MUL: {
      schema::MulOptionsT table;
      table.fused_activation_function = activation_of(options);
      result.Set(std::move(table));
      break;
    }
    case OperatorType::DIV: {
      schema::DivOptionsT table;
      table.fused_activation_function = activation_of(options);
      result.Set(std::move(table));
      break;
    }
    case OperatorType::LEAKY_RELU: {
      schema::LeakyReluOptionsT table;
      table.alpha = options.alpha;
      result.Set(std::move(table));
      break;
    }
    case OperatorType::GELU: {
      schema::GeluOptionsT table;
      table.approximate = options.approximate;
      result.Set(std::move(table));
      break;
    }
    case OperatorType::RESHAPE: {
      schema::ReshapeOptionsT table;
      table.new_shape = dims_of(graph.tensors[op.outputs[0]].shape);
      result.Set(std::move(table));
      break;
    }
    case OperatorType::MEAN:
    case OperatorType::REDUCE_MAX:
    case OperatorType::REDUCE_MIN:
    case OperatorType::SUM: {
      schema::ReducerOptionsT table;
      table.keep_dims = options.keep_dims;
      result.Set(std::move(table));
      break;
    }
    case OperatorType::RESIZE_BILINEAR:
      result.Set(resize_options<schema::ResizeBilinearOptionsT>(options));
      break;
    case OperatorType::RESIZE_NEAREST_NEIGHBOR:
      result.Set(resize_options<schema::ResizeNearestNeighborOptionsT>(options));
      break;
    case OperatorType::SPACE_TO_DEPTH: {
      schema::SpaceToDepthOptionsT table;
      table.block_size = options.block_size;
      result.Set(std::move(table));
      break;
    }
    case OperatorType::DEPTH_TO_SPACE: {
      schema::DepthToSpaceOptionsT table;
      table.block_size = options.block_size;
      result.Set(std::move(table));
      break;
    }
    case OperatorType::GATHER: {
      schema::GatherOptionsT table;
      table.axis = options.axis;
      table.batch_dims = options.batch_dims;
      result.Set(std::move(table));
      break;
    }
    case OperatorType::SQUEEZE: {
      schema::SqueezeOptionsT table;
      table.squeeze_dims =
          squeezed_dims(graph.tensors[op.inputs[0]].shape, graph.tensors[op.outputs[0]].shape);
      result.Set(std::move(table));
      break;
    }
    case OperatorType::STRIDED_SLICE: {
      schema::StridedSliceOptionsT table;
      table.begin_mask = options.begin_mask;
      table.end_mask = options.end_mask;
      table.ellipsis_mask = options.ellipsis_mask;
      table.new_axis_mask = options.new_axis_mask;
      table.shrink_axis_mask = options.shrink_axis_mask;
      result.Set(std::move(table));
      break;
    }
    case OperatorType::SPLIT: {
      schema::SplitOptionsT table;
      table.num_splits = static_cast<int32_t>(op.outputs.size());
      result.Set(std::move(table));
      break;
    }
    case OperatorType::SPLIT_V: {
      schema::SplitVOptionsT table;
      table.num_splits = static_cast<int32_t>(op.outputs.size());
      result.Set(std::move(table));
      break;
    }
    case OperatorType::PACK: {
      schema::PackOptionsT table;
      table.values_count = static_cast<int32_t>(op.inputs.size());
      table.axis = options.axis;
      result.Set(std::move(table));
      break;
    }
    case OperatorType::UNPACK: {
      schema::UnpackOptionsT table;
      table.num = static_cast<int32_t>(op.outputs.size());
      table.axis = options.axis;
      result.Set(std::move(table));
      break;
    }
    case OperatorType::MIRROR_PAD: {
      schema::MirrorPadOptionsT table;
      table.mode = static_cast<schema::MirrorPadMode>(options.mirror_mode);
      result.Set(std::move(table));
      break;
    }
    case OperatorType::PAD:
      result.Set(schema::PadOptionsT());
      break;
    case OperatorType::PADV2:
      result.Set(schema::PadV2OptionsT());
      break;
    case OperatorType::SLICE:
      result.Set(schema::SliceOptionsT());
      break;
    case OperatorType::EXPAND_DIMS:
      result.Set(schema::ExpandDimsOptionsT());
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
    case OperatorType::ABS:
    case OperatorType::ELU:
    case OperatorType::EXP:
    case OperatorType::HARD_SWISH:
    case OperatorType::LOG:
    case OperatorType::LOGISTIC:
    case OperatorType::MAXIMUM:
    case OperatorType::MINIMUM:
    case OperatorType::NEG:
    case OperatorType::PRELU:
    case OperatorType::RELU:
    case OperatorType::RELU6:
    case OperatorType::RELU_N1_TO_1:
    case OperatorType::RSQRT:
    case OperatorType::SQRT:
    case OperatorType::SQUARE:
    case OperatorType::SQUARED_DIFFERENCE:
    case OperatorType::TANH:
      break;  // the format has no options for them, or an empty table
  }
  return result;
}

// Children before parents, as FlatBuffers are built. Equal vectors are written once: the zero
// points of weights and biases are all the same, eight bytes for each channel.
class Writer {
 public:
  explicit Writer(const Graph& graph) : graph_(graph) {}

  std::vector<uint8_t> write() {
    buffers_.push_back(schema::CreateBuffer(builder_));  // of tensors without data
    std::vector<flatbuffers::Offset<schema::Tensor>> tensors;
    for (const Tensor& tensor : graph_.tensors) tensors.push_back(write_tensor(tensor));
    std::vector<flatbuffers::Offset<schema::Operator>> operators;
    for (const Operator& op : graph_.operators) operators.push_back(write_operator(op));
    // One thing after the other: the order in which arguments are evaluated, and so that of the
    // file's parts, would be the compiler's choice.
    flatbuffers::Offset<flatbuffers::String> name;
    if (!graph_.name.empty()) name = builder_.CreateString(graph_.name);
    const auto operator_vector = builder_.CreateVector(operators);
    const auto outputs = indices(graph_.outputs);
    const auto inputs = indices(graph_.inputs);
    const auto tensor_vector = builder_.CreateVector(tensors);
    const auto subgraph =
        schema::CreateSubGraph(builder_, tensor_vector, inputs, outputs, operator_vector, name);
    const auto subgraphs = builder_.CreateVector(&subgraph, 1);
    const auto description = builder_.CreateString("Solder");
    constexpr uint32_t kSchemaVersion = 3;
    const auto buffers = builder_.CreateVector(buffers_);
    const auto codes = builder_.CreateVector(codes_);
    schema::FinishModelBuffer(builder_, schema::CreateModel(builder_, kSchemaVersion, codes,
                                                            subgraphs, description, buffers));
    return {builder_.GetBufferPointer(), builder_.GetBufferPointer() + builder_.GetSize()};
  }

 private:
  template <class T>
  using Vectors = std::map<std::vector<T>, flatbuffers::Offset<flatbuffers::Vector<T>>>;

  template <class T>
  flatbuffers::Offset<flatbuffers::Vector<T>> shared(Vectors<T>& known,
                                                     const std::vector<T>& values) {
    const auto [entry, is_new] = known.try_emplace(values);
    if (is_new) entry->second = builder_.CreateVector(values);
    return entry->second;
  }
  flatbuffers::Offset<flatbuffers::Vector<int32_t>> indices(const std::vector<int32_t>& values) {
    return shared(indices_, values);
  }

  flatbuffers::Offset<schema::Tensor> write_tensor(const Tensor& tensor) {
    uint32_t buffer = 0;
    if (tensor.is_constant()) {
      buffer = static_cast<uint32_t>(buffers_.size());
      buffers_.push_back(schema::CreateBufferDirect(builder_, &tensor.data));
    }
    flatbuffers::Offset<schema::QuantizationParameters> quantization;
    if (const Quantization& q = tensor.quantization; !q.scale.empty()) {
      const auto zero_point = shared(zero_points_, q.zero_point);
      const auto scale = shared(scales_, q.scale);
      quantization = schema::CreateQuantizationParameters(
          builder_, 0, 0, scale, zero_point, schema::QuantizationDetails_NONE, 0, q.axis);
    }
    const auto name = builder_.CreateString(tensor.name);
    const auto shape = indices(dims_of(tensor.shape));
    return schema::CreateTensor(builder_, shape, static_cast<schema::TensorType>(tensor.type),
                                buffer, name, quantization);
  }

  flatbuffers::Offset<schema::Operator> write_operator(const Operator& op) {
    const schema::BuiltinOptionsUnion options = write_options(graph_, op);
    const auto packed_options = options.Pack(builder_);
    const auto outputs = indices(op.outputs);
    const auto inputs = indices(op.inputs);
    const uint32_t code = operator_code(op);
    return schema::CreateOperator(builder_, code, inputs, outputs, options.type, packed_options);
  }

  uint32_t operator_code(const Operator& op) {
    const int32_t version = operator_version(graph_, op);
    const auto [entry, is_new] = code_indices_.emplace(std::pair(op.type, version), codes_.size());
    if (is_new) {
      constexpr auto kLargestDeprecated =
          int32_t{schema::BuiltinOperator_PLACEHOLDER_FOR_GREATER_OP_CODES};
      const auto number = static_cast<int32_t>(op.type);
      codes_.push_back(schema::CreateOperatorCode(
          builder_, static_cast<int8_t>(std::min(number, kLargestDeprecated)), 0, version,
          static_cast<schema::BuiltinOperator>(number)));
    }
    return entry->second;
  }

  const Graph& graph_;
  flatbuffers::FlatBufferBuilder builder_;
  std::vector<flatbuffers::Offset<schema::Buffer>> buffers_;
  std::vector<flatbuffers::Offset<schema::OperatorCode>> codes_;
  std::map<std::pair<OperatorType, int32_t>, uint32_t> code_indices_;
  Vectors<int32_t> indices_;
  Vectors<float> scales_;
  Vectors<int64_t> zero_points_;
};

}  // namespace

std::vector<uint8_t> export_tflite(const Graph& graph) {
  Graph written = graph;
  int8_to_legacy_uint8(written);
  return Writer(written).write();
}

}  // namespace solder::compiler
