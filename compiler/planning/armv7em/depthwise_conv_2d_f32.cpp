#include "compiler/planning/armv7em/candidate.h"
#include "runtime/kernels/depthwise_conv_2d/armv7em_f32.h"

namespace solder::compiler::armv7em {

void add_depthwise_conv_2d_f32(const StepView& view, std::vector<Candidate>& candidates) {
  if (view.step->step.kernel != KernelId::depthwise_conv_2d_f32) return;
  const auto& p = view.params<Conv2DF32Params>();
  const Conv2DGeometry& g = p.geometry;
  if (g.filter_height != 3 || g.filter_width != 3 || g.stride_width > 2 || g.dilation_height != 1 ||
      g.dilation_width != 1 || g.output_channels != g.input_channels)
    return;
  const int32_t channels = g.output_channels;
  const int32_t elements = channels * kDepthwiseWeights;
  const auto scratch_bytes = static_cast<uint32_t>(4 * depthwise_scratch_f32(g));
  const auto* weights = view.constant<float>(1);
  const auto* bias = view.constant<float>(2);
  const Operand input = view.operand(0), output = view.operand(3);
  const auto apply = [=](StepBuilder& steps, PreparedStep& step) -> Error {
    auto* params = steps.params<Conv2DF32Params>();
    auto* filter = steps.table<float>(elements);
    if (params == nullptr || filter == nullptr) return steps.no_memory();
    *params = p;
    for (int32_t c = 0; c < channels; ++c) {
      float* to = filter + c * kDepthwiseWeights;
      for (int32_t tap = 0; tap < 9; ++tap) to[tap] = weights[tap * channels + c];
      to[9] = bias == nullptr ? 0 : bias[c];
    }
    steps.replace(step, KernelId::depthwise_conv_2d_f32_3x3, params,
                  {input, steps.operand_of_table(filter),
                   steps.operand_of_scratch(step, scratch_bytes), output});
    return {};
  };
  const double row = (g.output_width + 3) / 4 * 70.0 + 60;
  const double load = 4.0 * g.input_width + 20;
  const int32_t loads = g.stride_height < 3 ? g.stride_height : 3;
  candidates.push_back({.kernel = KernelId::depthwise_conv_2d_f32_3x3,
                        .cycles = g.batches * channels * g.output_height * (row + loads * load),
                        .scratch_bytes = scratch_bytes,
                        .constant_bytes = static_cast<uint32_t>(4 * elements),
                        .apply = apply});
}

}  // namespace solder::compiler::armv7em
