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
    {"Add", import_add},
    {"AveragePool", import_average_pool},
    {"BatchNormalization", import_batch_normalization},
    {"Cast", import_cast},
    {"Clip", import_clip},
    {"Concat", import_concat},
    {"Constant", import_constant},
    {"ConstantOfShape", import_constant_of_shape},
    {"Conv", import_conv},
    {"DepthToSpace", import_depth_to_space},
    {"DequantizeLinear", import_dequantize_linear},
    {"Dropout", import_dropout},
    {"Flatten", import_flatten},
    {"Gather", import_gather},
    {"Gemm", import_gemm},
    {"GlobalAveragePool", import_global_average_pool},
    {"Identity", import_identity},
    {"MatMul", import_matmul},
    {"MaxPool", import_max_pool},
    {"Neg", import_neg},
    {"Pad", import_pad},
    {"QuantizeLinear", import_quantize_linear},
    {"ReduceMean", import_reduce_mean},
    {"Relu", import_relu},
    {"Reshape", import_reshape},
    {"Resize", import_resize},
    {"Shape", import_shape},
    {"Sigmoid", import_sigmoid},
    {"Slice", import_slice},
    {"Softmax", import_softmax},
    {"SpaceToDepth", import_space_to_depth},
    {"Split", import_split},
    {"Squeeze", import_squeeze},
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
