#include "compiler/importers/onnx/operators.h"

#include <algorithm>
#include <iterator>

namespace solder::compiler {
namespace {

struct Entry {
  const char* op_type;
  ImportOperator import;
};

constexpr Entry kOperators[] = {
    {"Abs", import_abs},
    {"Add", import_add},
    {"AveragePool", import_average_pool},
    {"BatchNormalization", import_batch_normalization},
    {"Cast", import_cast},
    {"Clip", import_clip},
    {"Concat", import_concat},
    {"Constant", import_constant},
    {"ConstantOfShape", import_constant_of_shape},
    {"Conv", import_conv},
    {"ConvTranspose", import_conv_transpose},
    {"DepthToSpace", import_depth_to_space},
    {"DequantizeLinear", import_dequantize_linear},
    {"Div", import_div},
    {"Dropout", import_dropout},
    {"Elu", import_elu},
    {"Erf", import_erf},
    {"Exp", import_exp},
    {"Expand", import_expand},
    {"Flatten", import_flatten},
    {"Gather", import_gather},
    {"Gelu", import_gelu},
    {"Gemm", import_gemm},
    {"GlobalAveragePool", import_global_average_pool},
    {"GRU", import_gru},
    {"HardSigmoid", import_hard_sigmoid},
    {"HardSwish", import_hard_swish},
    {"Identity", import_identity},
    {"LeakyRelu", import_leaky_relu},
    {"Log", import_log},
    {"LSTM", import_lstm},
    {"MatMul", import_matmul},
    {"Max", import_max},
    {"MaxPool", import_max_pool},
    {"Mean", import_mean},
    {"Min", import_min},
    {"Mul", import_mul},
    {"Neg", import_neg},
    {"Pad", import_pad},
    {"Pow", import_pow},
    {"PRelu", import_prelu},
    {"QuantizeLinear", import_quantize_linear},
    {"Reciprocal", import_reciprocal},
    {"ReduceL1", import_reduce_l1},
    {"ReduceL2", import_reduce_l2},
    {"ReduceLogSum", import_reduce_log_sum},
    {"ReduceMax", import_reduce_max},
    {"ReduceMean", import_reduce_mean},
    {"ReduceMin", import_reduce_min},
    {"ReduceSum", import_reduce_sum},
    {"ReduceSumSquare", import_reduce_sum_square},
    {"Relu", import_relu},
    {"Reshape", import_reshape},
    {"Resize", import_resize},
    {"RNN", import_rnn},
    {"Selu", import_selu},
    {"Shape", import_shape},
    {"Sigmoid", import_sigmoid},
    {"Slice", import_slice},
    {"Softmax", import_softmax},
    {"Softplus", import_softplus},
    {"Softsign", import_softsign},
    {"SpaceToDepth", import_space_to_depth},
    {"Split", import_split},
    {"Sqrt", import_sqrt},
    {"Squeeze", import_squeeze},
    {"Sub", import_sub},
    {"Sum", import_sum},
    {"Tanh", import_tanh},
    {"Tile", import_tile},
    {"Transpose", import_transpose},
    {"Unsqueeze", import_unsqueeze},
    {"Upsample", import_upsample},
};

}  // namespace

ImportOperator find_operator(const std::string& op_type) {
  const auto* found = std::ranges::find(kOperators, op_type, &Entry::op_type);
  return found == std::end(kOperators) ? nullptr : found->import;
}

std::string supported_onnx_operators() {
  std::string names;
  for (const Entry& entry : kOperators)
    names += (names.empty() ? "" : ", ") + std::string(entry.op_type);
  return names;
}

}  // namespace solder::compiler
