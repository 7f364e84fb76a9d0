#include "runtime/kernels/prepare.h"

namespace solder {

PrepareFunction prepare_function(OperatorType type) {
  switch (type) {
    case OperatorType::ADD:
      return prepare_add;
    case OperatorType::AVERAGE_POOL_2D:
    case OperatorType::MAX_POOL_2D:
      return prepare_pool_2d;
    case OperatorType::CONCATENATION:
      return prepare_concatenation;
    case OperatorType::CONV_2D:
      return prepare_conv_2d;
    case OperatorType::DEPTHWISE_CONV_2D:
      return prepare_depthwise_conv_2d;
    case OperatorType::DEQUANTIZE:
      return prepare_dequantize;
    case OperatorType::FULLY_CONNECTED:
      return prepare_fully_connected;
    case OperatorType::LOGISTIC:
      return prepare_logistic;
    case OperatorType::RELU:
    case OperatorType::RELU_N1_TO_1:
    case OperatorType::RELU6:
      return prepare_activation;
    case OperatorType::RESHAPE:
      return prepare_reshape;
    case OperatorType::SOFTMAX:
      return prepare_softmax;
    case OperatorType::PAD:
      return prepare_pad;
    case OperatorType::TRANSPOSE:
      return prepare_transpose;
    case OperatorType::MEAN:
      return prepare_mean;
    case OperatorType::NEG:
      return prepare_neg;
    case OperatorType::QUANTIZE:
      return prepare_quantize;
  }
  return nullptr;
}

}  // namespace solder
