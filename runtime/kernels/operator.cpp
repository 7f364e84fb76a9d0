#include "runtime/kernels/operator.h"

namespace solder {

const char* operator_name(OperatorType type) {
  switch (type) {
#define X(name, code, prepare) \
  case OperatorType::name:     \
    return #name;
    SOLDER_OPERATOR_LIST(X)
#undef X
  }
  return nullptr;
}

Activation clamp_of(OperatorType type) {
  switch (type) {
    case OperatorType::RELU:
      return Activation::RELU;
    case OperatorType::RELU6:
      return Activation::RELU6;
    case OperatorType::RELU_N1_TO_1:
      return Activation::RELU_N1_TO_1;
    default:
      return Activation::NONE;
  }
}

}  // namespace solder
