#include "compiler/passes/constant_channels.h"

#include <algorithm>
#include <cstring>
#include <map>

#include "compiler/passes/channel_flow.h"
#include "compiler/planning/executable.h"
#include "runtime/kernels/kernel_list.h"

namespace solder::compiler {
namespace {

// An operator that takes more products or moves more elements is not run: no model for a
// microcontroller has one, but a few bytes of a damaged file may.
constexpr double kMostWork = 1 << 26;

double work_of(const Graph& graph, const Operator& op) {
  double elements = 0;
  for (const int input : op.inputs)
    if (input >= 0) elements += static_cast<double>(graph.tensors[input].shape.elements());
  const Tensor& output = graph.tensors[op.outputs[0]];
  double per_output = static_cast<double>(op.options.filter_h) * op.options.filter_w;
  if (op.input(1) >= 0 && op.type != OperatorType::ADD) {
    const Tensor& weights = graph.tensors[op.inputs[1]];
    per_output = static_cast<double>(weights.shape.elements()) / std::max(1, channels_of(output));
  }
  return elements + static_cast<double>(output.shape.elements()) * std::max(1.0, per_output);
}

// The output channels that constant channels and constants determine.
std::vector<bool> determined_channels(const Graph& graph, const Operator& op,
                                      const std::vector<ConstantChannels>& found) {
  const bool mixes = mixes_channels(graph, op);
  const auto links = mixes ? std::nullopt : channel_links(graph, op);
  if (!mixes && !links) return {};
  const auto channels = static_cast<size_t>(channels_of(graph.tensors[op.outputs[0]]));
  std::vector<bool> determined(channels, true);
  const auto is_constant = [&](size_t input, int32_t channel) {
    return graph.is_constant(op.inputs[input]) || found[op.inputs[input]].is_known(channel);
  };
  if (mixes) {
    const Tensor& weights = graph.tensors[op.inputs[1]];
    const auto inputs = static_cast<size_t>(channels_of(graph.tensors[op.inputs[0]]));
    const auto count = static_cast<size_t>(weights.shape.elements());
    for (size_t i = 0; i < count; ++i)
      if (weight_at(weights, i) != 0 && !is_constant(0, static_cast<int32_t>(i % inputs)))
        determined[i / (count / channels)] = false;
    return determined;
  }
  for (const ChannelLink& link : *links)
    if (!is_constant(link.input, link.channel)) determined[link.output_channel] = false;
  if (op.type == OperatorType::DEPTHWISE_CONV_2D) {
    const Tensor& weights = graph.tensors[op.inputs[1]];
    std::vector<bool> is_zero(channels, true);
    for (size_t i = 0; i < static_cast<size_t>(weights.shape.elements()); ++i)
      if (weight_at(weights, i) != 0) is_zero[i % channels] = false;
    for (size_t c = 0; c < channels; ++c) determined[c] = determined[c] || is_zero[c];
  }
  return determined;
}

// The output of `op` for inputs of constant channels, and zeros where they are not.
std::vector<uint8_t> run_operator(const Graph& graph, const Operator& op,
                                  const std::vector<ConstantChannels>& found) {
  Graph alone;
  std::map<int, int> moved_to = {{-1, -1}};
  std::vector<int> fed;
  Operator copy = op;
  for (int& input : copy.inputs) {
    const auto [entry, is_new] = moved_to.try_emplace(input);
    if (is_new) {
      entry->second = alone.add_tensor(graph.tensors[input]);
      if (!graph.is_constant(input)) {
        alone.inputs.push_back(entry->second);
        fed.push_back(input);
      }
    }
    input = entry->second;
  }
  copy.outputs = {alone.add_tensor(graph.tensors[op.outputs[0]])};
  alone.outputs = copy.outputs;
  alone.operators = {copy};

  const Executable executable(std::move(alone), kReferenceKernels);
  const Model model = executable.model();
  for (uint32_t i = 0; i < model.input_count(); ++i) {
    auto* bytes = model.input<uint8_t>(i);
    const size_t size = model.input_info(i).bytes;
    const std::vector<uint8_t>& values = found[fed[i]].values;
    std::fill_n(bytes, size, uint8_t{0});
    for (size_t at = 0; !values.empty() && at < size; at += values.size())
      std::ranges::copy(values, bytes + at);
  }
  model.invoke();
  const auto* output = model.output<uint8_t>(0);
  return {output, output + model.output_info(0).bytes};
}

// The determined channels of `output` that have one value in every pixel.
ConstantChannels constant_among(const std::vector<uint8_t>& output, std::vector<bool> determined,
                                size_t element_bytes) {
  const size_t pixel = determined.size() * element_bytes;
  for (size_t at = pixel; at < output.size(); at += pixel)
    for (size_t c = 0; c < determined.size(); ++c)
      if (std::memcmp(&output[c * element_bytes], &output[at + c * element_bytes], element_bytes) !=
          0)
        determined[c] = false;
  if (std::ranges::find(determined, true) == determined.end()) return {};
  ConstantChannels result{.known = std::move(determined),
                          .values = {output.begin(), output.begin() + ptrdiff_t(pixel)}};
  for (size_t c = 0; c < result.known.size(); ++c)
    if (!result.known[c]) std::fill_n(&result.values[c * element_bytes], element_bytes, uint8_t{0});
  return result;
}

}  // namespace

float weight_at(const Tensor& weights, size_t index) {
  if (weights.type == TensorType::FLOAT32) return weights.values<float>()[index];
  const Quantization& q = weights.quantization;
  const auto zero_point = q.zero_point.size() == 1 ? static_cast<float>(q.zero_point[0]) : 0.0F;
  const auto value = weights.type == TensorType::UINT8
                         ? static_cast<float>(weights.values<uint8_t>()[index])
                         : static_cast<float>(weights.values<int8_t>()[index]);
  return value - zero_point;
}

std::vector<ConstantChannels> find_constant_channels(const Graph& graph) {
  std::vector<ConstantChannels> found(graph.tensors.size());
  for (const Operator& op : graph.operators) {
    std::vector<bool> determined = determined_channels(graph, op, found);
    if (std::ranges::find(determined, true) == determined.end()) continue;
    if (work_of(graph, op) > kMostWork) continue;
    const int output = op.outputs[0];
    try {
      found[output] = constant_among(run_operator(graph, op, found), std::move(determined),
                                     static_cast<size_t>(size_of(graph.tensors[output].type)));
    } catch (const ModelError&) {
      continue;  // whoever prepares the whole graph will say why
    }
  }
  return found;
}

}  // namespace solder::compiler
