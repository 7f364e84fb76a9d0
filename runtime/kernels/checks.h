// What several prepare functions check and compute alike.
#pragma once

#include "runtime/kernels/step_builder.h"

namespace solder {

// Real range of a fused activation; the largest finite floats where it has no bound.
struct ActivationRangeF32 {
  float min, max;
};
ActivationRangeF32 activation_range_f32(Activation activation);

// The same as quantized values of a tensor with this scale and zero point, within the range of its
// type. INT16 tensors have zero point 0.
struct IntegerRange {
  int32_t min, max;
};
IntegerRange activation_range_s8(Activation activation, float scale, int32_t zero_point);
IntegerRange activation_range_s16(Activation activation, float scale);

// The operator has at least `inputs` inputs and exactly `outputs` outputs, all of them present.
Error check_arity(const StepBuilder& builder, const OperatorView& op, int32_t inputs,
                  int32_t outputs = 1);

// `tensor` is int8 with one scale (finite, > 0) and a zero point in [-128, 127].
bool is_per_tensor_s8(const TensorView& tensor);
// `tensor` is int16 with one scale (finite, > 0) and zero point 0.
bool is_per_tensor_s16(const TensorView& tensor);
// `tensor` is uint8 with one scale (finite, > 0) and a zero point in [0, 255].
bool is_per_tensor_u8(const TensorView& tensor);
// `tensor` is an int8 filter: one scale, or one per index of dimension `axis`; zero points 0.
bool is_filter_s8(const TensorView& tensor, int32_t axis);
// Null, or a constant of `channels` elements of `type`.
bool is_bias(const TensorView* tensor, TensorType type, int32_t channels);

inline int32_t zero_point_of(const TensorView& tensor) {
  return static_cast<int32_t>(tensor.quantization.zero_point[0]);
}
inline bool same_quantization(const TensorView& a, const TensorView& b) {
  return a.quantization.scale[0] == b.quantization.scale[0] &&
         a.quantization.zero_point[0] == b.quantization.zero_point[0];
}

// Products of int8 values sum up safely to this depth: 128 * 255 * 65536 < 2^31.
inline constexpr int64_t kMaxAccumulationDepth = 65536;
// The same where weights have a zero point: 255 * 255 * 32768 < 2^31.
inline constexpr int64_t kMaxOffsetAccumulationDepth = 32768;

// A table of input_scale * filter_scale[c] / output_scale for every channel, or null when memory
// is short.
// `as_floats`: input_scale * filter_scale is rounded to a float, as TensorFlow Lite does it for
// UINT8.
const Requantization* requantization_per_channel(StepBuilder& builder, const TensorView& input,
                                                 const TensorView& filter, const TensorView& output,
                                                 int32_t channels, bool as_floats = false);

// Products of int16 and int8 values sum up to less than 2^46 to this depth, and their bias is below
// that too.
inline constexpr int64_t kMaxAccumulationDepthS16 = 1 << 24;

// How an operator of INT16 activations with an INT8 filter adds its bias: as INT64. With
// an INT32 bias, TensorFlow Lite Micro's sums have 32 bits, and so they have where it is absent
// (but see DEPTHWISE_CONV_2D).
struct SumS16 {
  StepBuilder::Source bias;
  int32_t bits;
};
// Checks that sums of `depth` products and the bias stay in bounds, and that the `count` factors
// are such as requantize_wide() takes.
Error check_sum_s16(StepBuilder& builder, int64_t depth, int32_t channels,
                    const Requantization* factors, int32_t count, SumS16& sum,
                    int32_t bias_input = 2);

// A table of the scale of every channel's weights, or null when memory is short.
const float* scale_per_channel(StepBuilder& builder, const TensorView& filter, int32_t channels);

// Where a window slides along one dimension.
struct Window {
  int32_t output_size = 0;  // < 1: the window does not fit
  int32_t pad_before = 0;
};
// TensorFlow's SAME and VALID. Sizes, stride, dilation >= 1.
Window slide_window(Padding padding, int32_t input_size, int32_t filter_size, int32_t stride,
                    int32_t dilation);

// Whether `output` is what all windows make, `whole`, or a part of it where `options` allow that.
bool is_window_output(const Shape& output, const Shape& whole, const Options& options);

// Strides and dilations of `options` are in [1, 2^15].
bool has_sane_strides(const Options& options);

}  // namespace solder
