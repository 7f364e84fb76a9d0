#include <algorithm>

#include "compiler/planning/armv7em/conv_2d_f32.h"

namespace solder::compiler::armv7em {
namespace {

// Elements of a pixel's inputs that are worth multiplying at once: what gathering and starting a
// multiplication cost is little beside them, and more needs more scratch.
constexpr int32_t kDepthAtOnce = 160;

int32_t parts(const Conv2DF32DirectParams& p) {
  return p.pooled.geometry.filter_height / p.rows_at_once;
}

float* write(const ConvolutionF32& convolution, const Conv2DF32DirectParams& p, float* to) {
  const Conv2DGeometry& g = p.pooled.geometry;
  for (int32_t first = 0; first < g.filter_height; first += p.rows_at_once) {
    const int32_t end = std::min(first + p.rows_at_once, g.filter_height);
    for (int32_t block = 0; block < convolution.blocks(); ++block) {
      const float* block_end = to + p.depth() * 4;
      for (int32_t row = first; row < end; ++row)
        for (int32_t column = 0; column < g.filter_width; ++column)
          for (int32_t i = 0; i < g.input_channels; ++i)
            for (int32_t c = 0; c < 4; ++c)
              *to++ = convolution.weight(block * 4 + c, row, column, i);
      while (to < block_end) *to++ = 0;
    }
  }
  return to;
}

// Modelled.
double cycles(const Conv2DF32DirectParams& p, int32_t blocks) {
  const Conv2DGeometry& g = p.pooled.geometry;
  const int32_t window = p.pooled.pool.height * p.pooled.pool.width;
  const double pixels = 1.0 * g.batches * p.pooled.pool.output_height * p.pooled.pool.output_width *
                        (window > 1 ? (window + 3) / 4 * 4 : 1);
  const double multiply = blocks * (21.0 * p.depth() + 30);
  const double gather = 1.5 * 4 * p.depth() + 300;
  const double store = (window > 1 ? 12.0 : 32.0) * blocks * 4;
  return pixels / 4 * (parts(p) * (multiply + gather) + store);
}

}  // namespace

void add_direct_f32(const ConvolutionF32& convolution, std::vector<Candidate>& candidates) {
  const Conv2DGeometry& g = convolution.geometry();
  const int64_t row = int64_t{g.filter_width} * g.input_channels;
  // Keeps offsets in 32 bits.
  if (row * g.filter_height * (g.output_channels + 4) > 1 << 26) return;
  const Conv2DF32DirectParams params = {
      .pooled = convolution.params(),
      .rows_at_once = row * g.filter_height <= kDepthAtOnce ? g.filter_height : 1};
  const int32_t blocks = convolution.blocks();
  const int32_t elements = parts(params) * blocks * params.depth() * 4;
  const auto scratch_bytes = static_cast<uint32_t>(16 * params.depth() + 64 * blocks);
  const auto apply = [=](StepBuilder& steps, PreparedStep& step) -> Error {
    auto* p = steps.params<Conv2DF32DirectParams>();
    auto* filter = steps.table<float>(elements);
    const auto* bias = convolution.bias_table(steps);
    if (p == nullptr || filter == nullptr || bias == nullptr) return steps.no_memory();
    *p = params;
    write(convolution, params, filter);
    steps.replace(
        step, KernelId::conv_2d_f32_direct, p,
        {convolution.input(), steps.operand_of_table(filter), steps.operand_of_table(bias),
         steps.operand_of_scratch(step, scratch_bytes), convolution.output()});
    return {};
  };
  candidates.push_back({.kernel = KernelId::conv_2d_f32_direct,
                        .cycles = cycles(params, blocks),
                        .scratch_bytes = scratch_bytes,
                        .constant_bytes = static_cast<uint32_t>(elements * 4 + blocks * 16),
                        .channels_at_once = 4,
                        .fuses_pool = convolution.pools(),
                        .output_lead = convolution.output_lead(params.pooled.pool.height),
                        .apply = apply});
}

}  // namespace solder::compiler::armv7em
