#include "compiler/planning/armv7em/conv_2d_f32.h"

#include <algorithm>

#include "runtime/base/fixed_point.h"

namespace solder::compiler::armv7em {

std::optional<ConvolutionF32> ConvolutionF32::from(const StepView& view) {
  const KernelId kernel = view.step->step.kernel;
  if (kernel != KernelId::conv_2d_f32 && kernel != KernelId::depthwise_conv_2d_f32) return {};
  const auto& p = view.params<Conv2DF32Params>();
  const bool is_depthwise = kernel == KernelId::depthwise_conv_2d_f32;
  if (is_depthwise ? p.geometry.input_channels != 1
                   : p.geometry.filter_channels != p.geometry.input_channels)
    return {};
  ConvolutionF32 c;
  c.params_ = {.geometry = p.geometry,
               .pool = {.height = 1,
                        .width = 1,
                        .output_height = p.geometry.output_height,
                        .output_width = p.geometry.output_width},
               .activation_min = p.activation_min,
               .activation_max = p.activation_max};
  c.filter_ = view.constant<float>(1);
  c.bias_ = view.constant<float>(2);
  c.channels_last_ = is_depthwise;
  c.input_ = view.operand(0);
  c.output_ = view.operand(3);
  if (view.pool != nullptr && view.pool->step.kernel == KernelId::max_pool_2d_f32) {
    c.fuse_pool(*static_cast<const Pool2DF32Params*>(view.pool->step.params));
    if (c.pools_) c.output_ = view.pool->step.operands[1];
  }
  return c;
}

void ConvolutionF32::fuse_pool(const Pool2DF32Params& pool) {
  const Pool2DGeometry& g = pool.geometry;
  if (g.filter_height != g.stride_height || g.filter_width != g.stride_width || g.pad_top != 0 ||
      g.pad_left != 0)
    return;
  pools_ = true;
  params_.pool = {.height = g.filter_height,
                  .width = g.filter_width,
                  .output_height = g.output_height,
                  .output_width = g.output_width};
  float &min = params_.activation_min, &max = params_.activation_max;
  min = clamp(min, pool.activation_min, pool.activation_max);
  max = clamp(max, pool.activation_min, pool.activation_max);
}

float ConvolutionF32::weight(int32_t channel, int32_t row, int32_t column,
                             int32_t input_channel) const {
  const Conv2DGeometry& g = geometry();
  if (channel >= g.output_channels) return 0;
  const int32_t tap = row * g.filter_width + column;
  if (channels_last_) return filter_[tap * g.output_channels + channel];
  const int32_t taps = g.filter_height * g.filter_width;
  return filter_[(channel * taps + tap) * g.input_channels + input_channel];
}

float ConvolutionF32::bias(int32_t channel) const {
  return bias_ == nullptr || channel >= geometry().output_channels ? 0 : bias_[channel];
}

int32_t ConvolutionF32::output_lead(int32_t rows) const {
  const Conv2DGeometry& g = geometry();
  const FusedMaxPool& pool = params_.pool;
  if (g.batches > 1) return -1;
  int32_t lead = 0;
  for (int32_t first = 0; first < pool.output_height * pool.height; first += rows) {
    const int32_t needed = std::max(0, first * g.stride_height - g.pad_top);
    const int32_t written = std::min((first + rows) / pool.height, pool.output_height);
    lead = std::max(lead, written * pool.output_width * g.output_channels * 4 -
                              needed * g.input_width * g.input_channels * 4);
  }
  return lead;
}

const float* ConvolutionF32::bias_table(StepBuilder& steps) const {
  auto* table = steps.table<float>(blocks() * 4);
  if (table == nullptr) return nullptr;
  for (int32_t channel = 0; channel < blocks() * 4; ++channel) table[channel] = bias(channel);
  return table;
}

void add_conv_2d_f32(const StepView& view, std::vector<Candidate>& candidates) {
  if (const auto convolution = ConvolutionF32::from(view)) {
    add_direct_f32(*convolution, candidates);
    add_one_channel_f32(*convolution, candidates);
    add_winograd_f32(*convolution, candidates);
  }
}

}  // namespace solder::compiler::armv7em
