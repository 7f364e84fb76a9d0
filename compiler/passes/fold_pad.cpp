#include "compiler/ir/padding.h"
#include "compiler/passes/passes.h"
#include "compiler/passes/rewrite.h"

namespace solder::compiler {
namespace {

// Whether SAME over `input` (NHWC) pads as `paddings` does and yields as much as `output`.
bool is_same(const Shape& input, const Shape& filter, const Shape& output, const Options& options,
             std::span<const int32_t> paddings) {
  const int32_t stride[] = {options.stride_h, options.stride_w};
  const int32_t dilation[] = {options.dilation_h, options.dilation_w};
  if (paddings[0] != 0 || paddings[1] != 0 || paddings[6] != 0 || paddings[7] != 0) return false;
  for (int32_t i = 0; i < 2; ++i) {
    if (stride[i] < 1 || dilation[i] < 1) return false;
    const int32_t before = paddings[2 * (1 + i)], after = paddings[2 * (1 + i) + 1];
    if (before < 0 || after < 0) return false;
    const int64_t size = input.dims[1 + i];
    const int64_t window = window_size(filter.dims[1 + i], dilation[i]);
    const Padded padded = explicit_padding(size, window, stride[i], before, after);
    if (padded != same_padding(size, window, stride[i]) || padded.outputs != output.dims[1 + i])
      return false;
  }
  return true;
}

bool fold(Graph& graph, int index) {
  Operator& conv = graph.operators[index];
  if (conv.type != OperatorType::CONV_2D && conv.type != OperatorType::DEPTHWISE_CONV_2D)
    return false;
  if (conv.options.padding != Padding::VALID || conv.input(0) < 0 || conv.input(1) < 0 ||
      conv.outputs.size() != 1)
    return false;
  const auto producer = sole_producer(graph, conv.inputs[0]);
  if (!producer) return false;
  const Operator& pad = graph.operators[*producer];
  if (pad.type != OperatorType::PAD || pad.inputs.size() != 2 || pad.inputs[0] < 0 ||
      pad.outputs.size() != 1 || !graph.is_constant(pad.inputs[1]))
    return false;
  const Tensor& input = graph.tensors[pad.inputs[0]];
  const Tensor& padded = graph.tensors[pad.outputs[0]];
  const Tensor& paddings = graph.tensors[pad.inputs[1]];
  const Shape& filter = graph.tensors[conv.inputs[1]].shape;
  const Shape& output = graph.tensors[conv.outputs[0]].shape;
  if (input.shape.rank != 4 || filter.rank != 4 || output.rank != 4 ||
      paddings.type != TensorType::INT32 || paddings.data.size() != 8 * sizeof(int32_t) ||
      input.quantization != padded.quantization)
    return false;
  if (!is_same(input.shape, filter, output, conv.options, paddings.values<int32_t>())) return false;
  conv.inputs[0] = pad.inputs[0];
  conv.options.padding = Padding::SAME;
  graph.operators.erase(graph.operators.begin() + *producer);
  return true;
}

}  // namespace

bool fold_pad(Graph& graph) {
  bool changed = false;
  for (int i = 0; i < static_cast<int>(graph.operators.size());) {
    if (fold(graph, i))
      changed = true;  // and the operator behind is now at i
    else
      ++i;
  }
  return changed;
}

}  // namespace solder::compiler
