#include "compiler/quantization/output_error.h"

#include <cmath>

#include "compiler/planning/executable.h"

namespace solder::compiler {
namespace {

template <class T>
void append(const void* data, const TensorInfo& info, std::vector<float>& values) {
  const auto* elements = static_cast<const T*>(data);
  for (int64_t i = 0; i < info.shape.elements(); ++i) {
    const auto value = static_cast<float>(elements[i]);
    values.push_back(info.scale == 0 ? value
                                     : info.scale * (value - static_cast<float>(info.zero_point)));
  }
}

// Real values of all outputs, one after the other.
std::vector<float> run(const Model& model, const Sample& sample) {
  set_inputs(model, sample);
  model.invoke();
  std::vector<float> values;
  for (uint32_t i = 0; i < model.output_count(); ++i) {
    const TensorInfo& info = model.output_info(i);
    if (info.type == TensorType::FLOAT32)
      append<float>(model.output(i), info, values);
    else if (info.type == TensorType::INT32)
      append<int32_t>(model.output(i), info, values);
    else if (info.type == TensorType::INT16)
      append<int16_t>(model.output(i), info, values);
    else
      append<int8_t>(model.output(i), info, values);
  }
  return values;
}

}  // namespace

OutputError::OutputError(const Graph& reference, std::span<const Sample> samples)
    : samples_(samples) {
  const Executable executable(reference, kGenericKernels);
  for (const Sample& sample : samples) expected_.push_back(run(executable.model(), sample));
}

double OutputError::operator()(const Graph& graph) const {
  const Executable executable(graph, kGenericKernels);
  double noise = 0, signal = 0;
  for (size_t n = 0; n < samples_.size(); ++n) {
    const std::vector<float> actual = run(executable.model(), samples_[n]);
    for (size_t i = 0; i < actual.size(); ++i) {
      const auto expected = static_cast<double>(expected_[n][i]);
      noise += std::pow(static_cast<double>(actual[i]) - expected, 2);
      signal += expected * expected;
    }
  }
  return signal == 0 ? std::sqrt(noise) : std::sqrt(noise / signal);
}

}  // namespace solder::compiler
