#include <algorithm>
#include <cmath>
#include <cstring>

#include "compiler/ir/padding.h"
#include "compiler/passes/channel_flow.h"
#include "compiler/passes/constant_channels.h"
#include "compiler/passes/passes.h"

namespace solder::compiler {
namespace {

// `tensor` with the elements of `indices` alone along dimension `axis`.
Tensor selected(const Tensor& tensor, int32_t axis, std::span<const int32_t> indices) {
  Tensor result = tensor;
  const auto count = static_cast<int32_t>(indices.size());
  result.shape.dims[axis] = count;
  int64_t inner = size_of(tensor.type), outer = 1;
  for (int32_t i = 0; i < tensor.shape.rank; ++i)
    if (i != axis) (i < axis ? outer : inner) *= tensor.shape.dims[i];
  result.data.clear();
  for (int64_t o = 0; o < outer; ++o)
    for (const int32_t index : indices) {
      const auto from =
          tensor.data.begin() + ptrdiff_t((o * tensor.shape.dims[axis] + index) * inner);
      result.data.insert(result.data.end(), from, from + ptrdiff_t(inner));
    }
  Quantization& q = result.quantization;
  if (q.scale.size() > 1 && q.axis == axis) {
    for (int32_t i = 0; i < count; ++i) {
      q.scale[i] = tensor.quantization.scale[indices[i]];
      q.zero_point[i] = tensor.quantization.zero_point[indices[i]];
    }
    q.scale.resize(count), q.zero_point.resize(count);
  }
  return result;
}

class Remover {
 public:
  explicit Remover(Graph& graph) : graph_(graph), constant_(find_constant_channels(graph)) {
    for (const Tensor& tensor : graph_.tensors)
      kept_.emplace_back(static_cast<size_t>(channels_of(tensor)));
  }

  bool run() {
    keep_what_is_needed();
    bool changed = false;
    for (Operator& op : graph_.operators)
      if (is_followed(op)) changed |= rewrite(op);
    if (!changed) return false;
    for (size_t t = 0; t < kept_.size(); ++t) {
      Tensor& tensor = graph_.tensors[t];
      const auto channels = static_cast<int32_t>(std::ranges::count(kept_[t], true));
      if (!tensor.is_constant() && channels > 0)
        tensor.shape.dims[tensor.shape.rank - 1] = channels;
    }
    return true;
  }

 private:
  bool is_followed(const Operator& op) const {
    return mixes_channels(graph_, op) || channel_links(graph_, op).has_value();
  }

  void keep(int tensor, int32_t channel) {
    if (kept_[tensor][channel]) return;
    kept_[tensor][channel] = true;
    changed_ = true;
  }
  void keep_all(int tensor) {
    if (tensor < 0 || kept_[tensor].empty()) return;
    kept_[tensor].assign(kept_[tensor].size(), true);
  }

  void keep_what_is_needed() {
    for (const int input : graph_.inputs) keep_all(input);
    for (const int output : graph_.outputs) keep_all(output);
    std::vector<bool> is_computed(graph_.tensors.size());
    for (const Operator& op : graph_.operators) {
      for (const int output : op.outputs) is_computed[output] = true;
      // One scale of many, left alone, would be taken for that of a whole tensor, which
      // FULLY_CONNECTED rounds otherwise.
      const bool has_scales = op.type == OperatorType::FULLY_CONNECTED && op.input(1) >= 0 &&
                              graph_.tensors[op.inputs[1]].quantization.scale.size() > 1;
      const bool follows = is_followed(op);
      if (!follows)
        for (const int input : op.inputs) keep_all(input);
      if (!follows || has_scales)
        for (const int output : op.outputs) keep_all(output);
    }
    spread();
    // A tensor has a channel at least.
    for (size_t t = 0; t < kept_.size(); ++t)
      if (is_computed[t] && !kept_[t].empty() && std::ranges::count(kept_[t], true) == 0) {
        keep(static_cast<int>(t), 0);
        spread();
      }
  }

  // From what is kept to what it is made of, and to what goes with it.
  void spread() {
    do {
      changed_ = false;
      for (size_t i = graph_.operators.size(); i-- > 0;) {
        const Operator& op = graph_.operators[i];
        if (mixes_channels(graph_, op))
          keep_inputs_of_mix(op);
        else if (const auto links = channel_links(graph_, op))
          for (const ChannelLink& link : *links) {
            const int from = op.inputs[link.input], to = op.outputs[0];
            if (!kept_[to][link.output_channel] && !kept_[from][link.channel]) continue;
            keep(to, link.output_channel);
            keep(from, link.channel);
          }
      }
    } while (changed_);
  }

  void keep_inputs_of_mix(const Operator& op) {
    const Tensor& weights = graph_.tensors[op.inputs[1]];
    const auto channels = channels_of(graph_.tensors[op.inputs[0]]);
    const int64_t row = weights.shape.elements() / weights.shape.dims[0];
    const bool folds_any = can_fold_any(op);
    for (int32_t out = 0; out < weights.shape.dims[0]; ++out) {
      if (!kept_[op.outputs[0]][out]) continue;
      for (int64_t i = 0; i < row; ++i) {
        const auto channel = static_cast<int32_t>(i % channels);
        if (kept_[op.inputs[0]][channel]) continue;
        const float weight = weight_at(weights, static_cast<size_t>(out * row + i));
        if (weight != 0 && !adds_nothing(op, channel, weight) &&
            !(folds_any && constant_[op.inputs[0]].is_known(channel)))
          keep(op.inputs[0], channel);
      }
    }
  }

  // What a constant channel of the operator's input adds to a sum, for a weight of 1.
  int64_t level(const Operator& op, int32_t channel) const {
    const Tensor& input = graph_.tensors[op.inputs[0]];
    const auto& values = constant_[op.inputs[0]].values;
    const int64_t value = input.type == TensorType::UINT8
                              ? int64_t{values[channel]}
                              : int64_t{static_cast<int8_t>(values[channel])};
    return value - input.quantization.zero_point[0];
  }
  bool is_8_bit(const Operator& op) const {
    const Tensor& input = graph_.tensors[op.inputs[0]];
    return (input.type == TensorType::INT8 || input.type == TensorType::UINT8) &&
           input.quantization.scale.size() == 1 && graph_.tensors[op.inputs[1]].type == input.type;
  }

  // A constant channel that is zero everywhere, outside the image too.
  bool adds_nothing(const Operator& op, int32_t channel, float weight) const {
    const int input = op.inputs[0];
    if (!constant_[input].is_known(channel)) return false;
    if (is_8_bit(op)) return level(op, channel) == 0;
    if (graph_.tensors[input].type != TensorType::FLOAT32) return false;
    float value;
    std::memcpy(&value, &constant_[input].values[channel * sizeof(float)], sizeof(float));
    return value == 0 && std::isfinite(weight);
  }

  // Whether every constant channel of the input may go into the bias: sums are of integers, no tap
  // lies outside the image, and the bias stays an INT32.
  bool can_fold_any(const Operator& op) const {
    if (constant_[op.inputs[0]].values.empty() || !is_8_bit(op) || is_padded(op)) return false;
    const int bias = op.input(2);
    if (bias >= 0 && graph_.tensors[bias].type != TensorType::INT32) return false;
    for (int32_t out = 0; out < graph_.tensors[op.inputs[1]].shape.dims[0]; ++out) {
      int64_t magnitude = std::abs(bias_of(op, out));
      for_each_constant_product(op, out,
                                [&](int32_t, int64_t product) { magnitude += std::abs(product); });
      if (magnitude > INT32_MAX) return false;
    }
    return true;
  }

  int64_t bias_of(const Operator& op, int32_t out) const {
    return op.input(2) < 0 ? 0 : graph_.tensors[op.inputs[2]].values<int32_t>()[out];
  }

  // Calls visit(channel, product) for what constant channels of the input add to an output's sum.
  template <class Visit>
  void for_each_constant_product(const Operator& op, int32_t out, Visit visit) const {
    const Tensor& weights = graph_.tensors[op.inputs[1]];
    const int32_t channels = channels_of(graph_.tensors[op.inputs[0]]);
    const int64_t row = weights.shape.elements() / weights.shape.dims[0];
    for (int64_t i = 0; i < row; ++i) {
      const auto channel = static_cast<int32_t>(i % channels);
      if (!constant_[op.inputs[0]].is_known(channel)) continue;
      const float weight = weight_at(weights, static_cast<size_t>(out * row + i));
      visit(channel, level(op, channel) * static_cast<int64_t>(weight));
    }
  }

  bool is_padded(const Operator& op) const {
    const Options& o = op.options;
    if (op.type != OperatorType::CONV_2D || o.padding == Padding::VALID) return false;
    const Shape& input = graph_.tensors[op.inputs[0]].shape;
    const Shape& filter = graph_.tensors[op.inputs[1]].shape;
    if (input.rank != 4 || o.stride_h < 1 || o.stride_w < 1 || o.dilation_h < 1 || o.dilation_w < 1)
      return true;
    const Padded rows =
        same_padding(input.dims[1], window_size(filter.dims[1], o.dilation_h), o.stride_h);
    const Padded columns =
        same_padding(input.dims[2], window_size(filter.dims[2], o.dilation_w), o.stride_w);
    return rows.before != 0 || rows.after != 0 || columns.before != 0 || columns.after != 0;
  }

  bool is_whole(int tensor) const {
    return std::ranges::find(kept_[tensor], false) == kept_[tensor].end();
  }
  // Of `tensor`, `repeats` times over.
  std::vector<int32_t> kept_indices(int tensor, int64_t repeats = 1) const {
    std::vector<int32_t> indices;
    const auto channels = static_cast<int32_t>(kept_[tensor].size());
    for (int32_t r = 0; r < repeats; ++r)
      for (int32_t c = 0; c < channels; ++c)
        if (kept_[tensor][c]) indices.push_back(r * channels + c);
    return indices;
  }
  int add_selected(int tensor, int32_t axis, std::span<const int32_t> indices) {
    return graph_.add_tensor(selected(graph_.tensors[tensor], axis, indices));
  }

  bool rewrite(Operator& op) {
    const bool mixes = mixes_channels(graph_, op);
    if (is_whole(op.outputs[0]) && (!mixes || is_whole(op.inputs[0]))) return false;
    if (mixes) {
      rewrite_mix(op);
    } else if (op.type == OperatorType::DEPTHWISE_CONV_2D) {
      const auto outputs = kept_indices(op.outputs[0]);
      op.inputs[1] = add_selected(op.inputs[1], 3, outputs);
      select_bias(op, outputs);
    } else {
      rewrite_constants(op);
    }
    return true;
  }

  void select_bias(Operator& op, std::span<const int32_t> outputs) {
    if (op.input(2) < 0) return;
    Tensor bias = graph_.tensors[op.inputs[2]];
    bias.shape = {1, {static_cast<int32_t>(bias.shape.elements())}};
    bias.quantization.axis = 0;
    op.inputs[2] = graph_.add_tensor(selected(bias, 0, outputs));
  }

  void rewrite_mix(Operator& op) {
    const bool is_conv = op.type == OperatorType::CONV_2D;
    if (can_fold_any(op)) fold_into_bias(op);
    const auto outputs = kept_indices(op.outputs[0]);
    const Shape& shape = graph_.tensors[op.inputs[1]].shape;
    const int32_t last = shape.rank - 1;
    const int64_t repeats = is_conv ? 1 : shape.dims[1] / channels_of(graph_.tensors[op.inputs[0]]);
    op.inputs[1] = add_selected(op.inputs[1], last, kept_indices(op.inputs[0], repeats));
    op.inputs[1] = add_selected(op.inputs[1], 0, outputs);
    select_bias(op, outputs);
  }

  void fold_into_bias(Operator& op) {
    const Tensor& weights = graph_.tensors[op.inputs[1]];
    std::vector<int32_t> values;
    for (int32_t out = 0; out < weights.shape.dims[0]; ++out) {
      int64_t sum = bias_of(op, out);
      for_each_constant_product(op, out, [&](int32_t channel, int64_t product) {
        if (!kept_[op.inputs[0]][channel]) sum += product;
      });
      values.push_back(static_cast<int32_t>(sum));
    }
    Tensor bias = int32_constant(weights.name + "/bias", values);
    if (op.input(2) >= 0) {
      bias.name = graph_.tensors[op.inputs[2]].name;
      bias.quantization = graph_.tensors[op.inputs[2]].quantization;
    } else {
      const float input_scale = graph_.tensors[op.inputs[0]].quantization.scale[0];
      for (const float scale : weights.quantization.scale)
        bias.quantization.scale.push_back(input_scale * scale);
      bias.quantization.zero_point.resize(weights.quantization.scale.size());
    }
    op.inputs.resize(std::max<size_t>(op.inputs.size(), 3), -1);
    op.inputs[2] = graph_.add_tensor(std::move(bias));
  }

  // Constants that are added or concatenated, and the shape of a RESHAPE.
  void rewrite_constants(Operator& op) {
    if (op.type == OperatorType::RESHAPE) {
      if (op.inputs.size() < 2) return;
      const int output = op.outputs[0];
      Shape shape = graph_.tensors[output].shape;
      shape.dims[shape.rank - 1] = static_cast<int32_t>(std::ranges::count(kept_[output], true));
      op.inputs[1] = graph_.add_tensor(int32_constant(
          graph_.tensors[output].name + "/shape", {shape.dims, static_cast<size_t>(shape.rank)}));
      return;
    }
    const auto links = channel_links(graph_, op);
    for (size_t i = 0; i < op.inputs.size(); ++i) {
      const bool is_linked = std::ranges::find(*links, i, &ChannelLink::input) != links->end();
      if (is_linked && graph_.is_constant(op.inputs[i]))
        op.inputs[i] = add_selected(op.inputs[i], graph_.tensors[op.inputs[i]].shape.rank - 1,
                                    kept_indices(op.inputs[i]));
    }
  }

  Graph& graph_;
  const std::vector<ConstantChannels> constant_;
  std::vector<std::vector<bool>> kept_;  // of each tensor, the channels that stay
  bool changed_ = false;
};

}  // namespace

bool remove_dead_channels(Graph& graph) { return Remover(graph).run(); }

}  // namespace solder::compiler
