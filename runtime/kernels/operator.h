// A graph as the two doors hand it to preparation: operators over tensors, in execution order,
// named and numbered as in the .tflite schema. Whoever reads a model (the interpreter from a
// .tflite, the compiler from its IR) fills these views; nothing here owns memory.
#pragma once

#include <cstdint>

#include "runtime/base/tensor.h"

namespace solder {

// Every operator that can be prepared: its name and BuiltinOperator code in the .tflite schema, and
// its prepare function; in the order of the codes. Enums, names and tables are made from this list.
// X(NAME, code, prepare)
// clang-format off
#define SOLDER_OPERATOR_LIST(X)                                                                   \
  X(ADD, 0, prepare_binary)                                                                       \
  X(AVERAGE_POOL_2D, 1, prepare_pool_2d)                                                          \
  X(CONCATENATION, 2, prepare_concatenation)                                                      \
  X(CONV_2D, 3, prepare_conv_2d)                                                                  \
  X(DEPTHWISE_CONV_2D, 4, prepare_depthwise_conv_2d)                                              \
  X(DEPTH_TO_SPACE, 5, prepare_depth_to_space)                                                    \
  X(DEQUANTIZE, 6, prepare_dequantize)                                                            \
  X(FULLY_CONNECTED, 9, prepare_fully_connected)                                                  \
  X(LOGISTIC, 14, prepare_unary)                                                                  \
  X(MAX_POOL_2D, 17, prepare_pool_2d)                                                             \
  X(MUL, 18, prepare_binary)                                                                      \
  X(RELU, 19, prepare_unary)                                                                      \
  X(RELU_N1_TO_1, 20, prepare_unary)                                                              \
  X(RELU6, 21, prepare_unary)                                                                     \
  X(RESHAPE, 22, prepare_reshape)                                                                 \
  X(RESIZE_BILINEAR, 23, prepare_resize_bilinear)                                                 \
  X(SOFTMAX, 25, prepare_softmax)                                                                 \
  X(SPACE_TO_DEPTH, 26, prepare_space_to_depth)                                                   \
  X(TANH, 28, prepare_unary)                                                                      \
  X(PAD, 34, prepare_pad)                                                                         \
  X(GATHER, 36, prepare_gather)                                                                   \
  X(TRANSPOSE, 39, prepare_transpose)                                                             \
  X(MEAN, 40, prepare_reduction)                                                                  \
  X(SUB, 41, prepare_binary)                                                                      \
  X(DIV, 42, prepare_binary)                                                                      \
  X(SQUEEZE, 43, prepare_reshape)                                                                 \
  X(STRIDED_SLICE, 45, prepare_strided_slice)                                                     \
  X(EXP, 47, prepare_unary)                                                                       \
  X(SPLIT, 49, prepare_split)                                                                     \
  X(PRELU, 54, prepare_binary)                                                                    \
  X(MAXIMUM, 55, prepare_binary)                                                                  \
  X(MINIMUM, 57, prepare_binary)                                                                  \
  X(NEG, 59, prepare_neg)                                                                         \
  X(PADV2, 60, prepare_padv2)                                                                     \
  X(SLICE, 65, prepare_slice)                                                                     \
  X(TRANSPOSE_CONV, 67, prepare_transpose_conv)                                                   \
  X(EXPAND_DIMS, 70, prepare_reshape)                                                             \
  X(LOG, 73, prepare_unary)                                                                       \
  X(SUM, 74, prepare_reduction)                                                                   \
  X(SQRT, 75, prepare_unary)                                                                      \
  X(RSQRT, 76, prepare_unary)                                                                     \
  X(REDUCE_MAX, 82, prepare_reduction)                                                            \
  X(PACK, 83, prepare_pack)                                                                       \
  X(UNPACK, 88, prepare_unpack)                                                                   \
  X(REDUCE_MIN, 89, prepare_reduction)                                                            \
  X(SQUARE, 92, prepare_unary)                                                                    \
  X(RESIZE_NEAREST_NEIGHBOR, 97, prepare_resize_nearest_neighbor)                                 \
  X(LEAKY_RELU, 98, prepare_unary)                                                                \
  X(SQUARED_DIFFERENCE, 99, prepare_binary)                                                       \
  X(MIRROR_PAD, 100, prepare_mirror_pad)                                                          \
  X(ABS, 101, prepare_unary)                                                                      \
  X(SPLIT_V, 102, prepare_split_v)                                                                \
  X(ELU, 111, prepare_unary)                                                                      \
  X(QUANTIZE, 114, prepare_quantize)                                                              \
  X(HARD_SWISH, 117, prepare_unary)                                                               \
  X(GELU, 150, prepare_unary)
// clang-format on

// Any other code may occur in a file.
enum class OperatorType : int32_t {
#define X(name, code, prepare) name = code,
  SOLDER_OPERATOR_LIST(X)
#undef X
};

// Null for a code that is not in the list above.
const char* operator_name(OperatorType type);

enum class Padding : int8_t { SAME = 0, VALID = 1 };
// ActivationFunctionType of the schema.
enum class Activation : int8_t { NONE = 0, RELU = 1, RELU_N1_TO_1 = 2, RELU6 = 3 };
// NONE for an operator that is no clamp.
Activation clamp_of(OperatorType type);
enum class MirrorPadMode : int8_t { REFLECT = 0, SYMMETRIC = 1 };

// Options of every operator type in one plain struct; each type reads the fields named for it.
struct Options {
  // conv, pool, fully connected, add, sub, mul, div, concatenation
  Activation activation = Activation::NONE;
  Padding padding = Padding::SAME;         // conv, depthwise, transpose conv, pool
  int32_t stride_h = 1, stride_w = 1;      // conv, depthwise, transpose conv, pool
  int32_t dilation_h = 1, dilation_w = 1;  // conv, depthwise
  int32_t filter_h = 1, filter_w = 1;      // pool
  float beta = 1.0F;                       // SOFTMAX
  int32_t axis = 0;                        // CONCATENATION, GATHER, PACK, UNPACK; may be negative
  bool keep_dims = false;                  // reductions; FULLY_CONNECTED (keep_num_dims)
  int32_t batch_dims = 0;                  // GATHER
  int32_t block_size = 1;                  // SPACE_TO_DEPTH, DEPTH_TO_SPACE
  bool align_corners = false;              // RESIZE_BILINEAR, RESIZE_NEAREST_NEIGHBOR
  bool half_pixel_centers = false;         // the same
  MirrorPadMode mirror_mode = MirrorPadMode::REFLECT;  // MIRROR_PAD
  // STRIDED_SLICE: bit i speaks of entry i of begin, end and strides.
  int32_t begin_mask = 0, end_mask = 0, ellipsis_mask = 0, new_axis_mask = 0, shrink_axis_mask = 0;
  float alpha = 0.0F;        // LEAKY_RELU: the slope below zero
  bool approximate = false;  // GELU: by tanh
  // Conv, depthwise, pool: the output may have fewer rows and columns than its windows; the rest is
  // not computed. Never in a .tflite.
  bool cropped = false;
  // The tensors were UINT8 and are 128 less: what the older UINT8 kernels round in another way, or
  // add to weights, is to be done as they did. Never in a .tflite.
  bool from_uint8 = false;

  bool operator==(const Options&) const = default;
};

struct OperatorView {
  OperatorType type{};
  const int32_t* inputs = nullptr;  // tensor indices, -1 for an absent optional input
  int32_t input_count = 0;
  const int32_t* outputs = nullptr;
  int32_t output_count = 0;
  Options options;
};

struct GraphView {
  const TensorView* tensors = nullptr;
  int32_t tensor_count = 0;
  const OperatorView* operators = nullptr;
  int32_t operator_count = 0;
  const int32_t* inputs = nullptr;
  int32_t input_count = 0;
  const int32_t* outputs = nullptr;
  int32_t output_count = 0;
};

}  // namespace solder
