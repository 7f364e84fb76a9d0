// Every kernel there is: name, parameters, and its operands in order. Kernel sets (reference,
// generic, armv7em) define these functions in a namespace of their name; everything that speaks of
// kernels (declarations, ids, tables, printed names) is made from this one list.
#pragma once

#include <cstddef>
#include <cstdint>

#include "runtime/base/fixed_point.h"
#include "runtime/kernels/activation/activation.h"
#include "runtime/kernels/armv7em/packed.h"
#include "runtime/kernels/conv_2d/armv7em_f32.h"
#include "runtime/kernels/conv_2d/armv7em_s8.h"
#include "runtime/kernels/conv_2d/conv_2d.h"
#include "runtime/kernels/conv_2d/winograd_s8.h"
#include "runtime/kernels/depthwise_conv_2d/armv7em_s8.h"
#include "runtime/kernels/elementwise/armv7em.h"
#include "runtime/kernels/elementwise/armv7em_f32.h"
#include "runtime/kernels/elementwise/elementwise.h"
#include "runtime/kernels/fully_connected/fully_connected.h"
#include "runtime/kernels/gather/gather.h"
#include "runtime/kernels/kernel.h"
#include "runtime/kernels/pooling/pooling.h"
#include "runtime/kernels/quantize/quantize.h"
#include "runtime/kernels/reduce/reduce.h"
#include "runtime/kernels/resize/resize.h"
#include "runtime/kernels/shape/shape.h"
#include "runtime/kernels/skeleton/skeleton.h"
#include "runtime/kernels/softmax/softmax.h"
#include "runtime/kernels/transpose_conv/transpose_conv.h"

// X(name, Params, operands...)
// clang-format off
// Of models that TensorFlow 1 quantized to UINT8 (Options::from_uint8).
#define SOLDER_LEGACY_KERNEL_LIST(X)                                                              \
  X(conv_2d_s8_offset, Conv2DS8OffsetParams,                                                      \
    const int8_t* input, const int8_t* filter, const int32_t* bias,                               \
    const Requantization* requantization, int8_t* output)                                         \
  X(depthwise_conv_2d_s8_offset, Conv2DS8OffsetParams,                                            \
    const int8_t* input, const int8_t* filter, const int32_t* bias,                               \
    const Requantization* requantization, int8_t* output)                                         \
  X(average_pool_2d_s8_half_up, Pool2DIntegerParams, const int8_t* input, int8_t* output)

#define SOLDER_COMMON_KERNEL_LIST(X)                                                              \
  X(conv_2d_f32, Conv2DF32Params,                                                                 \
    const float* input, const float* filter, const float* bias, float* output)                    \
  X(conv_2d_f32_s8, Conv2DF32Params,                                                              \
    const float* input, const int8_t* filter, const float* scale, const float* bias,              \
    float* output)                                                                                \
  X(conv_2d_s8, Conv2DS8Params,                                                                   \
    const int8_t* input, const int8_t* filter, const int32_t* bias,                               \
    const Requantization* requantization, int8_t* output)                                         \
  X(conv_2d_s16, Conv2DS16Params,                                                                 \
    const int16_t* input, const int8_t* filter, const int64_t* bias,                              \
    const Requantization* requantization, int16_t* output)                                        \
  X(depthwise_conv_2d_f32, Conv2DF32Params,                                                       \
    const float* input, const float* filter, const float* bias, float* output)                    \
  X(depthwise_conv_2d_f32_s8, Conv2DF32Params,                                                    \
    const float* input, const int8_t* filter, const float* scale, const float* bias,              \
    float* output)                                                                                \
  X(depthwise_conv_2d_s8, Conv2DS8Params,                                                         \
    const int8_t* input, const int8_t* filter, const int32_t* bias,                               \
    const Requantization* requantization, int8_t* output)                                         \
  X(depthwise_conv_2d_s16, Conv2DS16Params,                                                       \
    const int16_t* input, const int8_t* filter, const int64_t* bias,                              \
    const Requantization* requantization, int16_t* output)                                        \
  X(fully_connected_f32, FullyConnectedF32Params,                                                 \
    const float* input, const float* filter, const float* bias, float* output)                    \
  X(fully_connected_f32_s8, FullyConnectedF32Params,                                              \
    const float* input, const int8_t* filter, const float* scale, const float* bias,              \
    float* output)                                                                                \
  X(fully_connected_s8, FullyConnectedS8Params,                                                   \
    const int8_t* input, const int8_t* filter, const int32_t* bias,                               \
    const Requantization* requantization, int8_t* output)                                         \
  X(fully_connected_s16, FullyConnectedS16Params,                                                 \
    const int16_t* input, const int8_t* filter, const int64_t* bias,                              \
    const Requantization* requantization, int16_t* output)                                        \
  X(max_pool_2d_f32, Pool2DF32Params, const float* input, float* output)                          \
  X(max_pool_2d_s8, Pool2DIntegerParams, const int8_t* input, int8_t* output)                     \
  X(max_pool_2d_s16, Pool2DIntegerParams, const int16_t* input, int16_t* output)                  \
  X(average_pool_2d_f32, Pool2DF32Params, const float* input, float* output)                      \
  X(average_pool_2d_s8, Pool2DIntegerParams, const int8_t* input, int8_t* output)                 \
  X(average_pool_2d_s16, Pool2DIntegerParams, const int16_t* input, int16_t* output)              \
  X(softmax_f32, SoftmaxF32Params, const float* input, float* output)                             \
  X(softmax_s8, SoftmaxS8Params, const int8_t* input, int8_t* output)                             \
  X(softmax_s16, SoftmaxS16Params, const int16_t* input, int16_t* output)                         \
  X(add_f32, ArithmeticF32Params, const float* a, const float* b, float* output)                  \
  X(add_s8, AddParams, const int8_t* a, const int8_t* b, int8_t* output)                          \
  X(add_s16, AddParams, const int16_t* a, const int16_t* b, int16_t* output)                      \
  X(sub_f32, ArithmeticF32Params, const float* a, const float* b, float* output)                  \
  X(sub_s8, AddParams, const int8_t* a, const int8_t* b, int8_t* output)                          \
  X(sub_s16, AddParams, const int16_t* a, const int16_t* b, int16_t* output)                      \
  X(mul_f32, ArithmeticF32Params, const float* a, const float* b, float* output)                  \
  X(mul_s8, MulParams, const int8_t* a, const int8_t* b, int8_t* output)                          \
  X(mul_s16, MulParams, const int16_t* a, const int16_t* b, int16_t* output)                      \
  X(div_f32, ArithmeticF32Params, const float* a, const float* b, float* output)                  \
  X(maximum_f32, Broadcast, const float* a, const float* b, float* output)                        \
  X(maximum_s8, Broadcast, const int8_t* a, const int8_t* b, int8_t* output)                      \
  X(maximum_s16, Broadcast, const int16_t* a, const int16_t* b, int16_t* output)                  \
  X(minimum_f32, Broadcast, const float* a, const float* b, float* output)                        \
  X(minimum_s8, Broadcast, const int8_t* a, const int8_t* b, int8_t* output)                      \
  X(minimum_s16, Broadcast, const int16_t* a, const int16_t* b, int16_t* output)                  \
  X(squared_difference_f32, Broadcast, const float* a, const float* b, float* output)             \
  X(squared_difference_s8, AddParams, const int8_t* a, const int8_t* b, int8_t* output)           \
  X(squared_difference_s16, AddParams, const int16_t* a, const int16_t* b, int16_t* output)       \
  X(prelu_f32, Broadcast, const float* input, const float* alpha, float* output)                  \
  X(prelu_s8, PreluParams, const int8_t* input, const int8_t* alpha, int8_t* output)              \
  X(prelu_s16, PreluParams, const int16_t* input, const int8_t* alpha, int16_t* output)           \
  X(neg_f32, NegF32Params, const float* input, float* output)                                     \
  X(mean_f32, ReduceParams, const float* input, float* output)                                    \
  X(sum_f32, ReduceParams, const float* input, float* output)                                     \
  X(sum_s8, SumParams, const int8_t* input, int8_t* output)                                       \
  X(sum_s16, SumParams, const int16_t* input, int16_t* output)                                    \
  X(reduce_max_f32, ReduceParams, const float* input, float* output)                              \
  X(reduce_max_s8, ReduceParams, const int8_t* input, int8_t* output)                             \
  X(reduce_max_s16, ReduceParams, const int16_t* input, int16_t* output)                          \
  X(reduce_min_f32, ReduceParams, const float* input, float* output)                              \
  X(reduce_min_s8, ReduceParams, const int8_t* input, int8_t* output)                             \
  X(reduce_min_s16, ReduceParams, const int16_t* input, int16_t* output)                          \
  X(relu_f32, ReluF32Params, const float* input, float* output)                                   \
  X(leaky_relu_f32, LeakyReluF32Params, const float* input, float* output)                        \
  X(logistic_f32, UnaryParams, const float* input, float* output)                                 \
  X(tanh_f32, UnaryParams, const float* input, float* output)                                     \
  X(elu_f32, UnaryParams, const float* input, float* output)                                      \
  X(gelu_f32, UnaryParams, const float* input, float* output)                                     \
  X(approximate_gelu_f32, UnaryParams, const float* input, float* output)                         \
  X(hard_swish_f32, UnaryParams, const float* input, float* output)                               \
  X(abs_f32, UnaryParams, const float* input, float* output)                                      \
  X(exp_f32, UnaryParams, const float* input, float* output)                                      \
  X(log_f32, UnaryParams, const float* input, float* output)                                      \
  X(sqrt_f32, UnaryParams, const float* input, float* output)                                     \
  X(rsqrt_f32, UnaryParams, const float* input, float* output)                                    \
  X(square_f32, UnaryParams, const float* input, float* output)                                   \
  X(lookup_s8, UnaryParams, const int8_t* input, const int8_t* table, int8_t* output)             \
  X(piecewise_linear_s16, PiecewiseLinearParams, const int16_t* input, int16_t* output)           \
  X(logistic_s16, SigmoidS16Params, const int16_t* input, int16_t* output)                        \
  X(tanh_s16, SigmoidS16Params, const int16_t* input, int16_t* output)                            \
  X(quantize_f32_s8, QuantizeF32Params, const float* input, int8_t* output)                       \
  X(quantize_f32_s16, QuantizeF32Params, const float* input, int16_t* output)                     \
  X(quantize_s8_s8, RequantizeParams, const int8_t* input, int8_t* output)                        \
  X(quantize_u8_s8, RequantizeParams, const uint8_t* input, int8_t* output)                       \
  X(quantize_s8_u8, RequantizeParams, const int8_t* input, uint8_t* output)                       \
  X(quantize_s8_s16, RequantizeParams, const int8_t* input, int16_t* output)                      \
  X(quantize_s16_s8, RequantizeParams, const int16_t* input, int8_t* output)                      \
  X(quantize_s16_s16, RequantizeParams, const int16_t* input, int16_t* output)                    \
  X(dequantize_s8_f32, DequantizeParams, const int8_t* input, float* output)                      \
  X(dequantize_s16_f32, DequantizeParams, const int16_t* input, float* output)                    \
  X(pad_b8, PadParams, const int8_t* input, int8_t* output)                                       \
  X(pad_b16, PadParams, const int16_t* input, int16_t* output)                                    \
  X(pad_b32, PadParams, const int32_t* input, int32_t* output)                                    \
  X(strided_copy_b8, StridedCopyParams, const int8_t* input, int8_t* output)                      \
  X(strided_copy_b16, StridedCopyParams, const int16_t* input, int16_t* output)                   \
  X(strided_copy_b32, StridedCopyParams, const int32_t* input, int32_t* output)                   \
  X(gather_b8, GatherParams, const int8_t* input, const int32_t* indices, int8_t* output)         \
  X(copy_b8, CopyParams, const int8_t* input, int8_t* output)                                     \
  X(transpose_conv_f32, Conv2DF32Params,                                                          \
    const float* input, const float* filter, const float* bias, float* output)                    \
  X(transpose_conv_s8, Conv2DS8Params,                                                            \
    const int8_t* input, const int8_t* filter, const int32_t* bias,                               \
    const Requantization* requantization, int8_t* output)                                         \
  X(transpose_conv_s16, Conv2DS16Params,                                                          \
    const int16_t* input, const int8_t* filter, const int64_t* bias,                              \
    const Requantization* requantization, int16_t* output)                                        \
  X(resize_nearest_neighbor_b8, ResizeParams, const int8_t* input, int8_t* output)                \
  X(resize_bilinear_f32, ResizeParams, const float* input, float* output)                         \
  X(resize_bilinear_s8, ResizeParams, const int8_t* input, int8_t* output)                        \
  X(resize_bilinear_s16, ResizeParams, const int16_t* input, int16_t* output)

// Of the Cortex-M4 and M7, on constants that the compiler packs for them (compiler/planning/armv7em);
// an interpreter never calls them.
#define SOLDER_ARMV7EM_KERNEL_LIST(X)                                                             \
  X(add_f32_dense, AddF32DenseParams, const float* a, const float* b, float* output)              \
  X(conv_2d_f32_direct, Conv2DF32DirectParams,                                                    \
    const float* input, const float* filter, const float* bias, float* scratch, float* output)    \
  X(conv_2d_f32_one_channel, Conv2DF32PooledParams,                                               \
    const float* input, const float* filter, float* output)                                       \
  X(conv_2d_f32_winograd_2x2, Conv2DF32PooledParams,                                              \
    const float* input, const float* filter, const float* bias, float* scratch, float* output)    \
  X(conv_2d_f32_winograd_4x4, Conv2DF32PooledParams,                                              \
    const float* input, const float* filter, const float* bias, float* scratch, float* output)    \
  X(conv_2d_f32_winograd_5x5, Conv2DF32PooledParams,                                              \
    const float* input, const float* filter, const float* bias, float* scratch, float* output)    \
  X(depthwise_conv_2d_f32_3x3, Conv2DF32Params,                                                   \
    const float* input, const float* filter, float* scratch, float* output)                       \
  X(fully_connected_f32_packed, FullyConnectedF32Params,                                          \
    const float* input, const float* filter, const float* bias, float* output)                    \
  X(add_s8_table, AddS8TableParams,                                                               \
    const int8_t* a, const int8_t* b, const int32_t* table, int8_t* output)                       \
  X(conv_2d_s8_winograd_2x2, WinogradS8Params,                                                    \
    const int8_t* input, const uint32_t* filter, const PackedRequantization* requantization,      \
    uint32_t* scratch, int8_t* output)                                                            \
  X(conv_2d_s8_winograd_2x2_max_pool, WinogradS8Params,                                           \
    const int8_t* input, const uint32_t* filter, const PackedRequantization* requantization,      \
    uint32_t* scratch, int8_t* output)                                                            \
  X(conv_2d_s8_winograd_4x4, WinogradS8Params,                                                    \
    const int8_t* input, const uint32_t* filter, const Winograd4x4Requantization* requantization, \
    uint32_t* scratch, int8_t* output)                                                            \
  X(conv_2d_s8_winograd_4x4_max_pool, WinogradS8Params,                                           \
    const int8_t* input, const uint32_t* filter, const Winograd4x4Requantization* requantization, \
    uint32_t* scratch, int8_t* output)                                                            \
  X(depthwise_conv_2d_s8_smlad, DepthwiseConv2DS8SmladParams,                                     \
    const int8_t* input, const uint8_t* filter, const PackedRequantization* requantization,       \
    uint32_t* scratch, int8_t* output)                                                            \
  X(depthwise_conv_2d_s8_smlad_scaled, DepthwiseConv2DS8SmladParams,                              \
    const int8_t* input, const uint8_t* filter, const PackedRequantization* requantization,       \
    uint32_t* scratch, int8_t* output)                                                            \
  X(fully_connected_s8_smlad, FullyConnectedS8SmladParams,                                        \
    const int8_t* input, const uint32_t* filter, int8_t* output)                                  \
  X(conv_2d_s8_smlad_w16, Conv2DS8SmladParams,                                                    \
    const int8_t* input, const uint32_t* filter, uint32_t* scratch, int8_t* output)               \
  X(conv_2d_s8_smlad_w8, Conv2DS8SmladParams,                                                     \
    const int8_t* input, const uint32_t* filter, uint32_t* scratch, int8_t* output)               \
  X(conv_2d_s8_smlad_scaled, Conv2DS8SmladParams,                                                 \
    const int8_t* input, const uint32_t* filter, uint32_t* scratch, int8_t* output)               \
  X(conv_max_pool_2d_s8_smlad_scaled, ConvMaxPool2DS8SmladParams,                                 \
    const int8_t* input, const uint32_t* filter, uint32_t* scratch, int8_t* output)               \
  X(conv_max_pool_2d_s8_smlad_w16, ConvMaxPool2DS8SmladParams,                                    \
    const int8_t* input, const uint32_t* filter, uint32_t* scratch, int8_t* output)               \
  X(conv_max_pool_2d_s8_smlad_w8, ConvMaxPool2DS8SmladParams,                                     \
    const int8_t* input, const uint32_t* filter, uint32_t* scratch, int8_t* output)

#define SOLDER_PORTABLE_KERNEL_LIST(X)                                                            \
  SOLDER_COMMON_KERNEL_LIST(X)                                                                    \
  SOLDER_LEGACY_KERNEL_LIST(X)

#define SOLDER_KERNEL_LIST(X)                                                                     \
  SOLDER_PORTABLE_KERNEL_LIST(X)                                                                  \
  SOLDER_ARMV7EM_KERNEL_LIST(X)
// clang-format on

namespace solder {

enum class KernelId : uint8_t {
#define X(name, params, ...) name,
  SOLDER_KERNEL_LIST(X)
#undef X
};

inline constexpr int kKernelCount = 0
#define X(name, params, ...) +1
    SOLDER_KERNEL_LIST(X)
#undef X
    ;

namespace reference {
#define X(name, params, ...) void name(const params& p, __VA_ARGS__);
SOLDER_PORTABLE_KERNEL_LIST(X)
#undef X
}  // namespace reference

// What a set does not declare itself it takes from the set that it builds on.
namespace generic {
using namespace reference;
decltype(reference::conv_2d_f32) conv_2d_f32;
decltype(reference::conv_2d_f32_s8) conv_2d_f32_s8;
decltype(reference::conv_2d_s8) conv_2d_s8;
decltype(reference::conv_2d_s8_offset) conv_2d_s8_offset;
decltype(reference::conv_2d_s16) conv_2d_s16;
decltype(reference::depthwise_conv_2d_f32) depthwise_conv_2d_f32;
decltype(reference::depthwise_conv_2d_f32_s8) depthwise_conv_2d_f32_s8;
decltype(reference::depthwise_conv_2d_s8) depthwise_conv_2d_s8;
decltype(reference::depthwise_conv_2d_s8_offset) depthwise_conv_2d_s8_offset;
decltype(reference::depthwise_conv_2d_s16) depthwise_conv_2d_s16;
decltype(reference::fully_connected_f32) fully_connected_f32;
decltype(reference::fully_connected_f32_s8) fully_connected_f32_s8;
decltype(reference::fully_connected_s8) fully_connected_s8;
decltype(reference::fully_connected_s16) fully_connected_s16;
decltype(reference::max_pool_2d_f32) max_pool_2d_f32;
decltype(reference::max_pool_2d_s8) max_pool_2d_s8;
decltype(reference::max_pool_2d_s16) max_pool_2d_s16;
decltype(reference::average_pool_2d_f32) average_pool_2d_f32;
decltype(reference::average_pool_2d_s8) average_pool_2d_s8;
decltype(reference::average_pool_2d_s16) average_pool_2d_s16;
}  // namespace generic

namespace armv7em {
using namespace generic;
#define X(name, params, ...) void name(const params& p, __VA_ARGS__);
SOLDER_ARMV7EM_KERNEL_LIST(X)
#undef X
}  // namespace armv7em

// One function per KernelId, null for one that the set does not have.
struct KernelSet {
  const char* name;  // its namespace
  KernelFunction functions[kKernelCount];

  KernelFunction operator[](KernelId id) const { return functions[static_cast<size_t>(id)]; }
};

extern const KernelSet kReferenceKernels;
extern const KernelSet kGenericKernels;
// Runs on any processor; Arm's instructions are emulated where there are none.
extern const KernelSet kArmv7emKernels;

}  // namespace solder
