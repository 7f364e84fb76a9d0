#include "compiler/importers/tflite/options.h"

#include <fmt/format.h>

namespace solder::compiler {
namespace {

Activation activation_from(schema::ActivationFunctionType type, const std::string& where) {
  switch (type) {
    case schema::ActivationFunctionType_NONE:
      return Activation::NONE;
    case schema::ActivationFunctionType_RELU:
      return Activation::RELU;
    case schema::ActivationFunctionType_RELU_N1_TO_1:
      return Activation::RELU_N1_TO_1;
    case schema::ActivationFunctionType_RELU6:
      return Activation::RELU6;
    default:
      break;
  }
  throw ModelError(fmt::format(
      "{}: fused activation {} is not supported; supported: NONE, RELU, RELU_N1_TO_1, RELU6", where,
      static_cast<int>(type)));
}

Padding padding_from(schema::Padding padding, const std::string& where) {
  if (padding == schema::Padding_SAME) return Padding::SAME;
  if (padding == schema::Padding_VALID) return Padding::VALID;
  throw ModelError(fmt::format("{}: unknown padding {}", where, static_cast<int>(padding)));
}

template <class Table>
void read_window(const Table& table, const std::string& where, Options& options) {
  options.padding = padding_from(table.padding(), where);
  options.stride_h = table.stride_h();
  options.stride_w = table.stride_w();
  options.activation = activation_from(table.fused_activation_function(), where);
}

}  // namespace

Options read_options(OperatorType type, const schema::Operator& op, const std::string& where) {
  Options options;
  switch (type) {
    case OperatorType::CONV_2D:
      if (const auto* table = op.builtin_options_as_Conv2DOptions()) {
        read_window(*table, where, options);
        options.dilation_h = table->dilation_h_factor();
        options.dilation_w = table->dilation_w_factor();
      }
      break;
    case OperatorType::DEPTHWISE_CONV_2D:
      if (const auto* table = op.builtin_options_as_DepthwiseConv2DOptions()) {
        read_window(*table, where, options);
        options.dilation_h = table->dilation_h_factor();
        options.dilation_w = table->dilation_w_factor();
      }
      break;
    case OperatorType::AVERAGE_POOL_2D:
    case OperatorType::MAX_POOL_2D:
      if (const auto* table = op.builtin_options_as_Pool2DOptions()) {
        read_window(*table, where, options);
        options.filter_h = table->filter_height();
        options.filter_w = table->filter_width();
      }
      break;
    case OperatorType::FULLY_CONNECTED:
      if (const auto* table = op.builtin_options_as_FullyConnectedOptions()) {
        if (table->weights_format() != 0)
          throw ModelError(where + ": shuffled weights are not supported; export plain weights");
        options.activation = activation_from(table->fused_activation_function(), where);
        options.keep_dims = table->keep_num_dims();
      }
      break;
    case OperatorType::SOFTMAX:
      if (const auto* table = op.builtin_options_as_SoftmaxOptions()) options.beta = table->beta();
      break;
    case OperatorType::CONCATENATION:
      if (const auto* table = op.builtin_options_as_ConcatenationOptions()) {
        options.activation = activation_from(table->fused_activation_function(), where);
        options.axis = table->axis();
      }
      break;
    case OperatorType::ADD:
      if (const auto* table = op.builtin_options_as_AddOptions())
        options.activation = activation_from(table->fused_activation_function(), where);
      break;
    case OperatorType::MEAN:
      if (const auto* table = op.builtin_options_as_ReducerOptions())
        options.keep_dims = table->keep_dims();
      break;
    default:
      break;
  }
  return options;
}

}  // namespace solder::compiler
