#include <algorithm>

#include "compiler/planning/armv7em/candidate.h"
#include "compiler/planning/armv7em/requantization.h"
#include "runtime/kernels/depthwise_conv_2d/armv7em_s8.h"

namespace solder::compiler::armv7em {
namespace {

using solder::armv7em::depthwise_groups;
using solder::armv7em::depthwise_scratch;
using solder::armv7em::DepthwiseGroups;
using solder::armv7em::kDepthwiseBlock;
using solder::armv7em::kDepthwiseScaledShift;

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
double cycles(const DepthwiseConv2DS8SmladParams& p, bool is_scaled) {
  const double kSix = is_scaled ? 50 : 57, kTwo = is_scaled ? 22 : 25;  // of a channel
  constexpr double kGroup = 8, kStoredPixel = 3, kWidenedPixel = 5.5;
  constexpr double kLine = 75, kWidenedLine = 35, kBlock = 250;
  const DepthwiseGroups groups = depthwise_groups(p.output_pixels, p.pixel_stride);
  const double line = 4 * (kSix * groups.sixes + kTwo * groups.twos) +
                      kGroup * (groups.sixes + groups.twos) + kStoredPixel * p.output_pixels +
                      kLine;
  const double widened = kWidenedPixel * (p.input_pixels + 2) + kWidenedLine;
  const double block =
      p.output_lines * line + (p.output_lines * p.line_stride + 2) * widened + kBlock;
  return p.batches * block * ((p.channels + 3) / 4);
}

// From [3, 3, channels] to [channels, 3, 3], or its transpose.
std::vector<int8_t> by_channels(const int8_t* taps, int32_t channels, bool swaps) {
  std::vector<int8_t> filter;
  for (int32_t c = 0; c < channels; ++c)
    for (int32_t tap = 0; tap < 9; ++tap)
      filter.push_back(taps[(swaps ? tap % 3 * 3 + tap / 3 : tap) * channels + c]);
  return filter;
}

// What DepthwiseConv2DS8SmladParams tells of.
std::vector<uint8_t> pack(const std::vector<int8_t>& filter) {
  std::vector<uint8_t> packed;
  for (size_t line = 0; line < filter.size(); line += 3)
    for (const size_t tap : {0, 1, 1, 2})
      packed.push_back(static_cast<uint8_t>(filter[line + tap] + 128));
  return packed;
}

Candidate candidate(KernelId kernel, const StepView& view,
                    const DepthwiseConv2DS8SmladParams& params, std::vector<int8_t> filter,
                    std::vector<PackedRequantization> requantization) {
  const int32_t blocks = (params.channels + kDepthwiseBlock - 1) / kDepthwiseBlock;
  const int32_t channels = blocks * kDepthwiseBlock;
  filter.resize(static_cast<size_t>(channels * 9));
  requantization.resize(static_cast<size_t>(channels));
  const auto scratch =
      static_cast<uint32_t>(depthwise_scratch(params.output_pixels, params.pixel_stride));
  const Operand input = view.operand(0), output = view.operand(4);
  const auto apply = [=](StepBuilder& steps, PreparedStep& step) -> Error {
    auto* with = steps.params<DepthwiseConv2DS8SmladParams>();
    // In this order: the kernel reads a word behind the first.
    auto* table = steps.table<PackedRequantization>(channels);
    auto* packed = steps.table<uint8_t>(channels * 12);
    if (with == nullptr || table == nullptr || packed == nullptr) return steps.no_memory();
    *with = params;
    std::ranges::copy(requantization, table);
    std::ranges::copy(pack(filter), packed);
    steps.replace(step, kernel, with,
                  {input, steps.operand_of_table(packed), steps.operand_of_table(table),
                   steps.operand_of_scratch(step, scratch), output});
    return {};
  };
  const bool is_scaled = kernel == KernelId::depthwise_conv_2d_s8_smlad_scaled;
  return {.kernel = kernel,
          .cycles = cycles(params, is_scaled),
          .scratch_bytes = scratch,
          .constant_bytes = static_cast<uint32_t>(channels) * (12 + 16),
          .in_place = params.output_pixel_step == params.input_pixel_step,
          .apply = apply};
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
  const DepthwiseConv2DS8SmladParams rows = along_rows(p), columns = along_columns(rows);
  const bool swaps = cycles(columns, true) < cycles(rows, true);
  const DepthwiseConv2DS8SmladParams& best = swaps ? columns : rows;
  const std::vector<int8_t> filter =
      by_channels(view.constant<int8_t>(1), g.output_channels, swaps);
  const auto requantization =
      pack_requantization({view.constant<int32_t>(2), view.constant<Requantization>(3), 1,
                           p.input_offset, p.output_offset},
                          filter.data(), g.output_channels, 9);
  if (!requantization) return;
  candidates.push_back(
      candidate(KernelId::depthwise_conv_2d_s8_smlad, view, best, filter, *requantization));
  if (p.activation_min < p.output_offset) return;
  const auto scaled =
      scale_requantization(*requantization, kDepthwiseScaledShift, filter.data(), 9);
  if (!scaled) return;
  candidates.push_back(
      candidate(KernelId::depthwise_conv_2d_s8_smlad_scaled, view, best, filter, *scaled));
}

}  // namespace

void add_depthwise_conv_2d_s8(const StepView& view, std::vector<Candidate>& candidates) {
  if (view.step->step.kernel == KernelId::depthwise_conv_2d_s8) add_s8(view, candidates);
}

}  // namespace solder::compiler::armv7em
