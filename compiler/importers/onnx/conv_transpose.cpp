#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "compiler/importers/onnx/operators.h"
#include "compiler/importers/onnx/window.h"
#include "compiler/ir/dilate.h"
#include "compiler/ir/transpose.h"

namespace solder::compiler {
namespace {

// Along height or width.
struct Axis {
  int64_t input, stride, taps;   // taps with those that dilation puts between
  int64_t before, after, extra;  // what is cut off the output, and added behind

  int64_t full() const { return stride * (input - 1) + taps; }
  int64_t output() const { return full() + extra - before - after; }
  bool is_valid() const { return before == 0 && after == 0; }
  // Whether SAME in the convolution that is turned round pads the output this much.
  bool is_same() const {
    const Padded same = same_padding(output(), taps, stride);
    return same.before == before && same.outputs == input;
  }
};

// What is cut off when the output is to have `output` elements.
void cut_to(const Node& node, Axis& axis, int64_t output, const std::string& auto_pad) {
  const int64_t total = axis.full() + axis.extra - output;
  if (output < 1 || total < 0)
    node.fail(fmt::format("an output of {} from an input of {}", output, axis.input));
  axis.before = auto_pad == "SAME_UPPER" ? total / 2 : total - total / 2;
  axis.after = total - axis.before;
}

std::array<Axis, 2> read_axes(const Node& node, const Image& input, const Shape& filter) {
  constexpr int64_t kMost = 1 << 16;
  const auto stride = node.size_pair("strides", input.rank);
  const auto dilation = node.size_pair("dilations", input.rank);
  const std::vector<int64_t> pads = node.spatial("pads", input.rank, 0, 2);
  const std::vector<int64_t> extra = node.spatial("output_padding", input.rank, 0);
  const std::vector<int64_t> wanted = node.spatial("output_shape", input.rank, 1);
  const bool has_shape = node.has_attribute("output_shape");
  const std::string auto_pad = node.text("auto_pad", "NOTSET");
  std::array<Axis, 2> axes;
  for (size_t i = 0; i < 2; ++i) {
    const int64_t covered = window_size(filter.dims[2 + i], dilation[i]);
    axes[i] = {input.shape.dims[2 + i], stride[i], covered, pads[i], pads[2 + i], extra[i]};
    Axis& axis = axes[i];
    if (extra[i] < 0 || extra[i] >= stride[i])
      node.fail(fmt::format("output_padding of {} with a stride of {}", extra[i], stride[i]));
    if (covered > kMost) node.fail(fmt::format("a dilated kernel of {}", covered));
    if (has_shape)
      cut_to(node, axis, wanted[i], auto_pad);
    else if (auto_pad == "SAME_UPPER" || auto_pad == "SAME_LOWER")
      cut_to(node, axis, axis.input * axis.stride, auto_pad);
    else if (auto_pad == "VALID")
      axis.before = axis.after = 0;
    else if (auto_pad != "NOTSET")
      node.fail("auto_pad of '" + auto_pad + "'");
    if (axis.before < 0 || axis.after < 0 || axis.before > kMost || axis.after > kMost ||
        axis.output() < 1)
      node.fail(fmt::format("pads of {} and {} for an output of {}", axis.before, axis.after,
                            axis.full() + axis.extra));
  }
  return axes;
}

// Outputs x height x width x inputs, of the inputs [first, first + inputs).
Tensor filter_of(const Value& filter, int32_t first, int32_t inputs) {
  Shape shape = filter.shape;
  const auto size = static_cast<size_t>(shape.elements() / shape.dims[0]);
  shape.dims[0] = inputs;
  Tensor tensor = float_constant(filter.name, shape,
                                 std::span(filter.floats).subspan(first * size, inputs * size));
  constexpr int32_t kInputsLast[] = {1, 2, 3, 0};
  tensor.data = transposed(tensor.data, shape, kInputsLast, sizeof(float));
  tensor.shape = transposed(shape, kInputsLast);
  return tensor;
}

}  // namespace

void import_conv_transpose(Node& node) {
  const Image input = read_image(node, 3);
  Value filter = node.float_constant(1);
  if (filter.shape.rank != input.rank)
    node.fail(fmt::format("filter of shape {} for an input of rank {}", to_string(filter.shape),
                          input.rank));
  filter.shape = image_shape(filter.shape);
  const int64_t groups = node.integer("group", 1);
  if (groups < 1 || input.shape.dims[1] % groups != 0 ||
      filter.shape.dims[0] != input.shape.dims[1])
    node.fail(fmt::format("filter of shape {} in {} groups does not fit {} input channels",
                          to_string(filter.shape), groups, input.shape.dims[1]));
  const auto dilation = node.size_pair("dilations", input.rank);
  const std::array<Axis, 2> axes = read_axes(node, input, filter.shape);
  const auto outputs = static_cast<int32_t>(filter.shape.dims[1]);
  const Shape shape = node.shape(std::array<int64_t, 4>{input.shape.dims[0], outputs * groups,
                                                        axes[0].output(), axes[1].output()});
  std::vector<float> bias(static_cast<size_t>(shape.dims[1]));
  if (node.has_input(2)) {
    if (node.float_constant(2).floats.size() != bias.size())
      node.fail(fmt::format("bias of shape {}", to_string(node.input(2).shape)));
    bias = node.float_constant(2).floats;
  }

  // What neither SAME nor VALID cuts off is cut off behind.
  const bool is_valid = axes[0].is_valid() && axes[1].is_valid();
  const bool is_same = !is_valid && axes[0].is_same() && axes[1].is_same();
  std::array<int64_t, 2> size{axes[0].output(), axes[1].output()};
  if (!is_valid && !is_same)
    for (size_t i = 0; i < 2; ++i)
      size[i] = axes[i].full() + std::max<int64_t>(axes[i].extra - axes[i].after, 0);
  Options options;
  options.padding = is_same ? Padding::SAME : Padding::VALID;
  options.stride_h = static_cast<int32_t>(axes[0].stride);
  options.stride_w = static_cast<int32_t>(axes[1].stride);

  Builder& builder = node.builder();
  const auto inputs = static_cast<int32_t>(input.shape.dims[1] / groups);
  std::vector<int> parts{input.tensor};
  if (groups > 1)
    parts = builder.emit_split(input.tensor, node.name() + "/groups", 3,
                               std::vector<int32_t>(static_cast<size_t>(groups), inputs));
  const Shape part = node.shape(std::array<int64_t, 4>{shape.dims[0], size[0], size[1], outputs});
  for (int32_t g = 0; g < groups; ++g) {
    const std::string name = groups > 1 ? fmt::format("{}/{}", node.name(), g) : node.name();
    Graph& graph = builder.graph();
    const int dims = graph.add_tensor(int32_constant(name + "/shape", {part.dims, 4}));
    const int w =
        graph.add_tensor(dilated(filter_of(filter, g * inputs, inputs), dilation[0], dilation[1]));
    const int b = graph.add_tensor(float_constant(name + "/bias", {1, {outputs}},
                                                  std::span(bias).subspan(g * outputs, outputs)));
    parts[g] =
        builder.emit(OperatorType::TRANSPOSE_CONV, {dims, w, parts[g], b}, name, part, options);
  }
  int y = groups > 1 ? builder.emit_concatenation(parts, node.name() + "/all", 3) : parts[0];
  const Shape stored = stored_shape(shape, Layout::kChannelsLast);
  if (!(builder.shape_of(y) == stored)) {
    const int32_t start[] = {0, static_cast<int32_t>(axes[0].before),
                             static_cast<int32_t>(axes[1].before), 0};
    y = builder.emit_slice(y, node.name() + "/cut", start, {stored.dims, 4});
  }
  define_image(node, input, y, shape);
}

}  // namespace solder::compiler
