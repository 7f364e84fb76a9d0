#include <algorithm>

#include "compiler/planning/armv7em/candidate.h"
#include "compiler/planning/armv7em/requantization.h"
#include "runtime/kernels/depthwise_conv_2d/armv7em_s8.h"

namespace solder::compiler::armv7em {
namespace {

using solder::armv7em::depthwise_groups;
using solder::armv7em::depthwise_scratch;

DepthwiseConv2DS8SmladParams along_rows(const Conv2DS8Params& p) {
  const Conv2DGeometry& g = p.geometry;
  return {.batches = g.batches,
          .channels = g.input_channels,
          .input_lines = g.input_height,
          .input_pixels = g.input_width,
          .output_lines = g.output_height,
          .output_pixels = g.output_width,
          .input_line_step = g.input_width * g.input_channels,
          .input_pixel_step = g.input_channels,
          .output_line_step = g.output_width * g.output_channels,
          .output_pixel_step = g.output_channels,
          .line_stride = g.stride_height,
          .pixel_stride = g.stride_width,
          .lines_before = g.pad_top,
          .pixels_before = g.pad_left,
          .input_zero_point = -p.input_offset,
          .activation_min = p.activation_min,
          .activation_max = p.activation_max};
}

DepthwiseConv2DS8SmladParams along_columns(DepthwiseConv2DS8SmladParams p) {
  std::swap(p.input_lines, p.input_pixels);
  std::swap(p.output_lines, p.output_pixels);
  std::swap(p.input_line_step, p.input_pixel_step);
  std::swap(p.output_line_step, p.output_pixel_step);
  std::swap(p.line_stride, p.pixel_stride);
  std::swap(p.lines_before, p.pixels_before);
  return p;
}

// As measured on the virtual board.
double cycles(const DepthwiseConv2DS8SmladParams& p) {
  constexpr double kGroup = 38.5, kChannel = 14, kStoredPixel = 3, kWidenedPixel = 4.3;
  constexpr double kLine = 20, kWidenedLine = 60, kBlock = 400;
  const double line = 4 * (kGroup * depthwise_groups(p.output_pixels) + kChannel) +
                      kStoredPixel * p.output_pixels + kLine;
  const double widened = kWidenedPixel * (p.input_pixels + 2) + kWidenedLine;
  const double block =
      p.output_lines * line + (p.output_lines * p.line_stride + 2) * widened + kBlock;
  return p.batches * block * ((p.channels + 3) / 4);
}

void add_s8(const StepView& view, std::vector<Candidate>& candidates) {
  const auto& p = view.params<Conv2DS8Params>();
  const Conv2DGeometry& g = p.geometry;
  const auto is_fast = [](int32_t taps, int32_t stride, int32_t dilation) {
    return taps == 3 && (stride == 1 || stride == 2) && dilation == 1;
  };
  if (!is_fast(g.filter_height, g.stride_height, g.dilation_height) ||
      !is_fast(g.filter_width, g.stride_width, g.dilation_width) ||
      g.output_channels != g.input_channels)
    return;
  // From [3, 3, channels] to [channels, 3, 3].
  const auto* taps = view.constant<int8_t>(1);
  const int32_t channels = g.output_channels;
  std::vector<int8_t> filter;
  for (int32_t c = 0; c < channels; ++c)
    for (int32_t tap = 0; tap < 9; ++tap) filter.push_back(taps[tap * channels + c]);
  const auto requantization =
      pack_requantization({view.constant<int32_t>(2), view.constant<Requantization>(3), 1,
                           p.input_offset, p.output_offset},
                          filter.data(), channels, 9);
  if (!requantization) return;

  DepthwiseConv2DS8SmladParams rows = along_rows(p), columns = along_columns(rows);
  const bool swaps = cycles(columns) < cycles(rows);
  const DepthwiseConv2DS8SmladParams best = swaps ? columns : rows;
  if (swaps)
    for (int32_t c = 0; c < channels; ++c) {
      int8_t* f = &filter[static_cast<size_t>(c * 9)];
      std::swap(f[1], f[3]), std::swap(f[2], f[6]), std::swap(f[5], f[7]);
    }
  const auto scratch =
      static_cast<uint32_t>(depthwise_scratch(best.output_pixels, best.pixel_stride));
  const auto apply = [=](StepBuilder& steps, PreparedStep& step) -> Error {
    auto* params = steps.params<DepthwiseConv2DS8SmladParams>();
    auto* table = steps.table<PackedRequantization>(channels);
    auto* packed = steps.table<int8_t>(channels * 9);
    if (params == nullptr || table == nullptr || packed == nullptr) return steps.no_memory();
    *params = best;
    std::ranges::copy(*requantization, table);
    std::ranges::copy(filter, packed);
    const Operand input = step.step.operands[0], output = step.step.operands[4];
    steps.replace(step, KernelId::depthwise_conv_2d_s8_smlad, params,
                  {input, steps.operand_of_table(packed), steps.operand_of_table(table),
                   steps.operand_of_scratch(step, scratch), output});
    return {};
  };
  candidates.push_back({.kernel = KernelId::depthwise_conv_2d_s8_smlad,
                        .cycles = cycles(best),
                        .scratch_bytes = scratch,
                        .constant_bytes = static_cast<uint32_t>(channels) * (9 + 16),
                        .in_place = !swaps || best.output_pixel_step == best.input_pixel_step,
                        .apply = apply});
}

}  // namespace

void add_depthwise_conv_2d_s8(const StepView& view, std::vector<Candidate>& candidates) {
  if (view.step->step.kernel == KernelId::depthwise_conv_2d_s8) add_s8(view, candidates);
}

}  // namespace solder::compiler::armv7em
