#include "compiler/importers/onnx/onnx_importer.h"

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <limits>
#include <unordered_set>

#include "compiler/importers/onnx/gelu_pattern.h"
#include "compiler/importers/onnx/operators.h"
#include "compiler/importers/onnx/tensor_proto.h"
#include "compiler/passes/passes.h"

namespace solder::compiler {
namespace {

constexpr int64_t kOldestOpset = 9, kNewestOpset = 18;

int64_t read_opset(const onnx::ModelProto& model) {
  for (const onnx::OperatorSetIdProto& set : model.opset_import()) {
    if (!set.domain().empty() && set.domain() != "ai.onnx") continue;
    if (set.version() < kOldestOpset || set.version() > kNewestOpset)
      throw ModelError(fmt::format("opset {} is not supported; export with opset {} to {}",
                                   set.version(), kOldestOpset, kNewestOpset));
    return set.version();
  }
  throw ModelError("the ONNX model names no opset");
}

bool is_transpose(const onnx::NodeProto& node, std::span<const int32_t> permutation) {
  if (node.op_type() != "Transpose" || node.attribute_size() != 1) return false;
  const auto& perm = node.attribute(0).ints();
  return std::equal(perm.begin(), perm.end(), permutation.begin(), permutation.end());
}

class Reader {
 public:
  explicit Reader(const onnx::ModelProto& model)
      : source_(model.graph()), builder_(read_opset(model)) {}

  Graph read() {
    builder_.graph().name = source_.name();
    read_initializers();
    for (const onnx::ValueInfoProto& input : source_.input()) read_input(input);
    for (const onnx::NodeProto& node : source_.node())
      used_.insert(node.input().begin(), node.input().end());
    for (const onnx::ValueInfoProto& output : source_.output()) used_.insert(output.name());
    const GeluPatterns patterns = find_gelus(source_);
    for (int i = 0; i < source_.node_size(); ++i) {
      if (patterns.covered.contains(i)) continue;
      const auto gelu = patterns.gelus.find(i);
      read_node(gelu == patterns.gelus.end() ? source_.node(i) : gelu->second, i);
    }
    for (const onnx::ValueInfoProto& output : source_.output()) read_output(output.name());
    Graph& graph = builder_.graph();
    if (is_quantized_) {
      fuse_activations(graph);
      use_integer_operators(graph);
    }
    return std::move(graph);
  }

 private:
  void read_initializers() {
    if (source_.sparse_initializer_size() > 0)
      throw ModelError("sparse initializers are not supported");
    for (const onnx::TensorProto& initializer : source_.initializer()) {
      const std::string where = fmt::format("initializer '{}'", initializer.name());
      builder_.define(initializer.name(), read_tensor(initializer, where));
    }
  }

  void read_input(const onnx::ValueInfoProto& input) {
    // Older files list their initializers as inputs too.
    if (const Value* value = builder_.find(input.name()); value && value->is_constant()) return;
    const std::string where = fmt::format("input '{}'", input.name());
    if (!input.type().has_tensor_type() || !input.type().tensor_type().has_shape())
      throw ModelError(where + " has no tensor shape; export the model with fixed input shapes");
    const onnx::TypeProto::Tensor& type = input.type().tensor_type();
    const bool is_integer = type.elem_type() == onnx::TensorProto::INT64 ||
                            type.elem_type() == onnx::TensorProto::INT32;
    if (type.elem_type() != onnx::TensorProto::FLOAT && !is_integer)
      throw ModelError(where + " must be of type FLOAT, INT64 or INT32");
    std::vector<int64_t> dims;
    for (const auto& dim : type.shape().dim()) {
      int64_t size = dim.has_dim_value() ? dim.dim_value() : 0;
      if (dims.empty() && size <= 0) size = 1;  // the batch
      if (size <= 0)
        throw ModelError(
            fmt::format("{}: dimension {} ('{}') is not fixed; export the model with "
                        "fixed sizes",
                        where, dims.size(), dim.dim_param()));
      dims.push_back(size);
    }
    Value value{.name = input.name(), .shape = make_shape(dims, where)};
    value.is_integer = is_integer;
    const bool is_moved = value.shape.rank == 4 && !is_channels_last_input(input.name());
    const Layout layout = is_moved ? Layout::kChannelsLast : Layout::kOnnx;
    Graph& graph = builder_.graph();
    const int tensor =
        graph.add_tensor({.name = input.name(),
                          .type = is_integer ? TensorType::INT32 : TensorType::FLOAT32,
                          .shape = stored_shape(value.shape, layout)});
    value.tensor(layout) = tensor;
    graph.inputs.push_back(tensor);
    builder_.define(input.name(), std::move(value));
  }

  void read_node(const onnx::NodeProto& proto, int index) {
    Node node(proto, index, builder_);
    const bool is_standard = proto.domain().empty() || proto.domain() == "ai.onnx";
    const ImportOperator import = is_standard ? find_operator(proto.op_type()) : nullptr;
    const bool is_qoperator =
        proto.op_type().starts_with("QLinear") || proto.op_type().ends_with("Integer");
    if (import == nullptr && is_qoperator)
      node.fail(
          "this operator is not supported; quantize to the QDQ format, with QuantizeLinear and "
          "DequantizeLinear around operators of floats");
    if (import == nullptr)
      node.fail(fmt::format("this operator{} is not supported; supported: {}",
                            is_standard ? "" : " of domain " + proto.domain(),
                            supported_onnx_operators()));
    if (std::ranges::all_of(proto.output(), &std::string::empty)) node.fail("it has no output");
    if (proto.op_type() != "DequantizeLinear")
      for (const std::string& input : proto.input())
        if (const Value* value = builder_.find(input); value && value->is_quantized())
          node.fail(
              fmt::format("input '{}' is quantized; only DequantizeLinear may read it", input));
    is_quantized_ |= proto.op_type() == "QuantizeLinear";
    import(node);
    for (int i = 1; i < proto.output_size(); ++i)
      if (used_.contains(proto.output(i)) && !proto.output(i).empty() &&
          builder_.find(proto.output(i)) == nullptr)
        node.fail(fmt::format("its output '{}' is used, which is not supported", proto.output(i)));
  }

  void read_output(const std::string& name) {
    Value* value = builder_.find(name);
    if (value == nullptr) throw ModelError(fmt::format("output '{}' is not computed", name));
    if (value->is_quantized())
      throw ModelError(fmt::format("output '{}' is quantized; end with DequantizeLinear", name));
    if (value->is_constant()) throw ModelError(fmt::format("output '{}' is a constant", name));
    const bool is_moved = value->shape.rank == 4 && !is_channels_last_output(name);
    int tensor = builder_.tensor(*value, is_moved ? Layout::kChannelsLast : Layout::kOnnx);
    Graph& graph = builder_.graph();
    // TensorFlow Lite cannot hand an input out again, nor one result twice.
    if (graph.producer_of(tensor) < 0 || graph.is_output(tensor)) {
      const Shape shape = graph.tensors[tensor].shape;
      tensor = builder_.emit_reshape(tensor, name, shape);
    }
    graph.tensors[tensor].name = name;
    graph.outputs.push_back(tensor);
  }

  // Models that come from TensorFlow are channels-last outside and transpose on entering...
  bool is_channels_last_input(const std::string& name) const {
    bool is_used = false;
    for (const onnx::NodeProto& node : source_.node())
      for (const std::string& input : node.input()) {
        if (input != name) continue;
        if (!is_transpose(node, kFromChannelsLast)) return false;
        is_used = true;
      }
    return is_used;
  }

  // ... and on leaving.
  bool is_channels_last_output(const std::string& name) const {
    for (const onnx::NodeProto& node : source_.node())
      if (node.output_size() > 0 && node.output(0) == name)
        return is_transpose(node, kToChannelsLast);
    return false;
  }

  const onnx::GraphProto& source_;
  Builder builder_;
  std::unordered_set<std::string> used_;
  bool is_quantized_ = false;
};

}  // namespace

Graph import_onnx(std::span<const uint8_t> bytes) {
  onnx::ModelProto model;
  if (bytes.size() > std::numeric_limits<int>::max() ||
      !model.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    throw ModelError("not an ONNX file, or damaged or cut short");
  if (!model.has_ir_version() || !model.has_graph())
    throw ModelError("not an ONNX model: it has no graph");
  Graph graph = Reader(model).read();
  validate(graph);
  return graph;
}

}  // namespace solder::compiler
