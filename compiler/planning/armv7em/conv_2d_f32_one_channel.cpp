#include "compiler/planning/armv7em/conv_2d_f32.h"

namespace solder::compiler::armv7em {

// 3x3 filters on one channel, and all windows of the 2x2 pool whole.
void add_one_channel_f32(const ConvolutionF32& convolution, std::vector<Candidate>& candidates) {
  const Conv2DGeometry& g = convolution.geometry();
  const FusedMaxPool& pool = convolution.params().pool;
  if (g.input_channels != 1 || g.filter_height != 3 || g.filter_width != 3 ||
      g.stride_height != 1 || g.stride_width != 1 || g.dilation_height != 1 ||
      g.dilation_width != 1 || g.output_channels % 2 != 0)
    return;
  if (pool.height != 2 || pool.width != 2 || pool.output_height * 2 > g.output_height ||
      pool.output_width * 2 > g.output_width)
    return;
  const int32_t elements = g.output_channels * 10 + 8;  // read ahead
  const auto apply = [=](StepBuilder& steps, PreparedStep& step) -> Error {
    auto* params = steps.params<Conv2DF32PooledParams>();
    auto* filter = steps.table<float>(elements);
    if (params == nullptr || filter == nullptr) return steps.no_memory();
    *params = convolution.params();
    float* to = filter;
    for (int32_t c = 0; c < g.output_channels; c += 2) {
      for (int32_t tap = 0; tap < 9; ++tap)
        for (int32_t i = 0; i < 2; ++i) *to++ = convolution.weight(c + i, tap / 3, tap % 3, 0);
      for (int32_t i = 0; i < 2; ++i) *to++ = convolution.bias(c + i);
    }
    steps.replace(step, KernelId::conv_2d_f32_one_channel, params,
                  {convolution.input(), steps.operand_of_table(filter), convolution.output()});
    return {};
  };
  const double tiles = 1.0 * g.batches * pool.output_height * pool.output_width;
  candidates.push_back({.kernel = KernelId::conv_2d_f32_one_channel,
                        .cycles = tiles * (55.0 * g.output_channels + 120),
                        .constant_bytes = static_cast<uint32_t>(4 * elements),
                        .fuses_pool = true,
                        .output_lead = convolution.output_lead(pool.height),
                        .apply = apply});
}

}  // namespace solder::compiler::armv7em
