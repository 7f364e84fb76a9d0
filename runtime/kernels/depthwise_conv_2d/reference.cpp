#include "runtime/kernels/kernel_list.h"

namespace solder::reference {
namespace {

// `scale`: of the weights of each output channel; null: 1.
template <class Weight>
void convolve(const DepthwiseConv2DF32Params& p, const float* input, const Weight* filter,
              const float* scale, const float* bias, float* output) {
  const DepthwiseConv2DGeometry& g = p.geometry;
  const int32_t output_channels = g.input_channels * g.depth_multiplier;

  for (int32_t b = 0; b < g.batches; ++b) {
    for (int32_t out_y = 0; out_y < g.output_height; ++out_y) {
      for (int32_t out_x = 0; out_x < g.output_width; ++out_x) {
        for (int32_t out_c = 0; out_c < output_channels; ++out_c) {
          const int32_t c = out_c / g.depth_multiplier;
          float sum = 0.0F;
          for (int32_t ky = 0; ky < g.filter_height; ++ky) {
            const int32_t y = out_y * g.stride_height - g.pad_top + ky * g.dilation_height;
            for (int32_t kx = 0; kx < g.filter_width; ++kx) {
              const int32_t x = out_x * g.stride_width - g.pad_left + kx * g.dilation_width;
              if (y < 0 || y >= g.input_height || x < 0 || x >= g.input_width) continue;
              const int32_t pixel = (b * g.input_height + y) * g.input_width + x;
              const int32_t tap = ky * g.filter_width + kx;
              sum += input[pixel * g.input_channels + c] *
                     static_cast<float>(filter[tap * output_channels + out_c]);
            }
          }
          if (scale != nullptr) sum *= scale[out_c];
          if (bias != nullptr) sum += bias[out_c];
          *output++ = clamp(sum, p.activation_min, p.activation_max);
        }
      }
    }
  }
}

}  // namespace

void depthwise_conv_2d_f32(const DepthwiseConv2DF32Params& p, const float* input,
                           const float* filter, const float* bias, float* output) {
  convolve(p, input, filter, nullptr, bias, output);
}

void depthwise_conv_2d_f32_s8(const DepthwiseConv2DF32Params& p, const float* input,
                              const int8_t* filter, const float* scale, const float* bias,
                              float* output) {
  convolve(p, input, filter, scale, bias, output);
}

void depthwise_conv_2d_s8(const DepthwiseConv2DS8Params& p, const int8_t* input,
                          const int8_t* filter, const int32_t* bias,
                          const Requantization* requantization, int8_t* output) {
  const DepthwiseConv2DGeometry& g = p.geometry;
  const int32_t output_channels = g.input_channels * g.depth_multiplier;

  for (int32_t b = 0; b < g.batches; ++b) {
    for (int32_t out_y = 0; out_y < g.output_height; ++out_y) {
      for (int32_t out_x = 0; out_x < g.output_width; ++out_x) {
        for (int32_t out_c = 0; out_c < output_channels; ++out_c) {
          const int32_t c = out_c / g.depth_multiplier;
          int32_t sum = 0;
          for (int32_t ky = 0; ky < g.filter_height; ++ky) {
            const int32_t y = out_y * g.stride_height - g.pad_top + ky * g.dilation_height;
            for (int32_t kx = 0; kx < g.filter_width; ++kx) {
              const int32_t x = out_x * g.stride_width - g.pad_left + kx * g.dilation_width;
              if (y < 0 || y >= g.input_height || x < 0 || x >= g.input_width) continue;
              const int32_t pixel = (b * g.input_height + y) * g.input_width + x;
              const int32_t tap = ky * g.filter_width + kx;
              sum += (input[pixel * g.input_channels + c] + p.input_offset) *
                     filter[tap * output_channels + out_c];
            }
          }
          if (bias != nullptr) sum = wrapping_add(sum, bias[out_c]);
          const int32_t value = requantize(sum, requantization[out_c]);
          *output++ = static_cast<int8_t>(
              clamp(wrapping_add(value, p.output_offset), p.activation_min, p.activation_max));
        }
      }
    }
  }
}

}  // namespace solder::reference
