#include "compiler/quantization/calibration.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "compiler/planning/executable.h"
#include "compiler/quantization/affine.h"

namespace solder::compiler {
namespace {

void check_sample(const Graph& graph, const Sample& sample, size_t index) {
  if (sample.size() != graph.inputs.size())
    throw ModelError(fmt::format("calibration sample {} has {} tensors, the model {} inputs", index,
                                 sample.size(), graph.inputs.size()));
  for (size_t i = 0; i < sample.size(); ++i) {
    const Tensor& input = graph.tensors[graph.inputs[i]];
    if (input.type != TensorType::FLOAT32 && input.type != TensorType::INT32)
      throw ModelError(fmt::format("input '{}' is {}: calibration needs FLOAT32 or INT32 inputs",
                                   input.name, type_name(input.type)));
    if (static_cast<int64_t>(sample[i].size()) != input.shape.elements())
      throw ModelError(
          fmt::format("calibration sample {} has {} values for input '{}', which is {}", index,
                      sample[i].size(), input.name, to_string(input.shape)));
  }
}

// Of any float, so that no sample can make it overflow.
int32_t to_integer(float value) {
  constexpr float kLargest = 1 << 24;
  return value >= -kLargest && value <= kLargest ? static_cast<int32_t>(std::lround(value)) : 0;
}

void add_extremes(Statistics& statistics, std::span<const float> values) {
  statistics.mean.resize(values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    statistics.min = std::min(statistics.min, values[i]);
    statistics.max = std::max(statistics.max, values[i]);
    statistics.mean[i] += static_cast<double>(values[i]);
  }
}

void add_to_histogram(Statistics& statistics, std::span<const float> values) {
  statistics.histogram.resize(Statistics::kBins);
  if (statistics.min == statistics.max) return;
  const float bins_per_unit = Statistics::kBins / (statistics.max - statistics.min);
  for (const float value : values) {
    if (value == 0) continue;
    const auto bin = static_cast<size_t>((value - statistics.min) * bins_per_unit);
    ++statistics.histogram[std::min(bin, Statistics::kBins - 1)];
  }
}

}  // namespace

void set_inputs(const Model& model, const Sample& sample) {
  for (uint32_t i = 0; i < model.input_count(); ++i) {
    const TensorInfo& info = model.input_info(i);
    if (info.type == TensorType::FLOAT32) {
      std::ranges::copy(sample[i], model.input<float>(i));
    } else if (info.type == TensorType::INT32) {
      std::ranges::transform(sample[i], model.input<int32_t>(i), to_integer);
    } else {
      const Quantization quantization = {.scale = {info.scale}, .zero_point = {info.zero_point}};
      std::ranges::copy(quantize_values(sample[i], quantization, info.type),
                        model.input<uint8_t>(i));
    }
  }
}

std::vector<Statistics> calibrate(const Graph& graph, std::span<const Sample> samples,
                                  const std::function<void(size_t)>& progress) {
  if (samples.empty()) throw ModelError("there are no samples to calibrate with");
  const Executable executable(graph, kGenericKernels);
  const Model model = executable.model();
  std::vector<Statistics> statistics(graph.tensors.size());
  size_t runs = 0;

  const auto run_all = [&](const auto& observe) {
    for (size_t n = 0; n < samples.size(); ++n) {
      check_sample(graph, samples[n], n);
      const auto report = [&](int tensor, const void* data) {
        const Tensor& info = graph.tensors[tensor];
        if (info.type != TensorType::FLOAT32) return;
        const std::span values(static_cast<const float*>(data),
                               static_cast<size_t>(info.shape.elements()));
        if (!std::ranges::all_of(values, [](float value) { return std::isfinite(value); }))
          throw ModelError(
              fmt::format("calibration sample {} makes values of '{}' that are not "
                          "finite",
                          n, info.name));
        observe(statistics[tensor], values);
      };
      for (size_t i = 0; i < samples[n].size(); ++i) {
        const std::vector<float>& values = samples[n][i];
        report(graph.inputs[i], values.data());
      }
      set_inputs(model, samples[n]);
      executable.invoke([&](int, int tensor, const void* data) { report(tensor, data); });
      if (progress) progress(++runs);
    }
  };
  run_all(add_extremes);
  run_all(add_to_histogram);
  for (Statistics& s : statistics)
    for (double& mean : s.mean) mean /= static_cast<double>(samples.size());
  return statistics;
}

}  // namespace solder::compiler
