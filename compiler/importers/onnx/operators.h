// The ONNX operators that can be imported, by family. Each function reads a node, emits operators
// and defines the node's output; it throws ModelError for what TensorFlow Lite's operators cannot
// express.
#pragma once

#include <string>

#include "compiler/importers/onnx/node.h"

namespace solder::compiler {

using ImportOperator = void (*)(Node& node);

// Null when the operator is not supported.
ImportOperator find_operator(const std::string& op_type);
// "Add, AveragePool, ..."
std::string supported_onnx_operators();

// convolution.cpp
void import_conv(Node& node);
void import_batch_normalization(Node& node);
// conv_transpose.cpp
void import_conv_transpose(Node& node);
// pooling.cpp
void import_max_pool(Node& node);
void import_average_pool(Node& node);
void import_global_average_pool(Node& node);
// dense.cpp
void import_gemm(Node& node);
void import_matmul(Node& node);
// elementwise.cpp
void import_neg(Node& node);
void import_abs(Node& node);
void import_exp(Node& node);
void import_log(Node& node);
void import_sqrt(Node& node);
void import_reciprocal(Node& node);
void import_add(Node& node);
void import_sub(Node& node);
void import_mul(Node& node);
void import_div(Node& node);
void import_max(Node& node);
void import_min(Node& node);
void import_sum(Node& node);
void import_mean(Node& node);
void import_pow(Node& node);
// activation.cpp
void import_relu(Node& node);
void import_sigmoid(Node& node);
void import_tanh(Node& node);
void import_hard_swish(Node& node);
void import_elu(Node& node);
void import_selu(Node& node);
void import_leaky_relu(Node& node);
void import_prelu(Node& node);
void import_gelu(Node& node);
void import_erf(Node& node);
void import_hard_sigmoid(Node& node);
void import_softplus(Node& node);
void import_softsign(Node& node);
void import_clip(Node& node);
// reduce.cpp
void import_reduce_mean(Node& node);
void import_reduce_max(Node& node);
void import_reduce_min(Node& node);
void import_reduce_sum(Node& node);
void import_reduce_l1(Node& node);
void import_reduce_l2(Node& node);
void import_reduce_sum_square(Node& node);
void import_reduce_log_sum(Node& node);
// softmax.cpp
void import_softmax(Node& node);
// quantize_linear.cpp
void import_quantize_linear(Node& node);
void import_dequantize_linear(Node& node);
// layout.cpp: operators that move elements, and compute nothing
void import_transpose(Node& node);
void import_concat(Node& node);
void import_pad(Node& node);
// slice.cpp: parts of a value
void import_gather(Node& node);
void import_slice(Node& node);
void import_split(Node& node);
// expand.cpp
void import_expand(Node& node);
void import_tile(Node& node);
// recurrent.cpp
void import_lstm(Node& node);
void import_gru(Node& node);
void import_rnn(Node& node);
// resize.cpp
void import_resize(Node& node);
void import_upsample(Node& node);
void import_depth_to_space(Node& node);
void import_space_to_depth(Node& node);
// reshape.cpp: operators that move not even elements
void import_reshape(Node& node);
void import_flatten(Node& node);
void import_squeeze(Node& node);
void import_unsqueeze(Node& node);
void import_identity(Node& node);
void import_dropout(Node& node);
// constants.cpp: what exporters compute shapes with
void import_constant(Node& node);
void import_shape(Node& node);
void gather_integers(Node& node);
// Elements start, start + step, ... of one axis, `count` of them.
struct AxisRange {
  int32_t axis, start, step, count;
};
// The ranges that a Slice names, one per axis.
std::vector<AxisRange> read_slice(const Node& node);
void slice_integers(Node& node);
void import_constant_of_shape(Node& node);
void concatenate_integers(Node& node);
void import_cast(Node& node);

}  // namespace solder::compiler
