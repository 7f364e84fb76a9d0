// A graph as the two doors hand it to preparation: operators over tensors, in execution order,
// named and numbered as in the .tflite schema. Whoever reads a model (the interpreter from a
// .tflite, the compiler from its IR) fills these views; nothing here owns memory.
#pragma once

#include <cstdint>

#include "runtime/base/tensor.h"

namespace solder {

// BuiltinOperator codes of the operators that can be prepared; any other code may occur in a file.
enum class OperatorType : int32_t {
  ADD = 0,
  AVERAGE_POOL_2D = 1,
  CONCATENATION = 2,
  CONV_2D = 3,
  DEPTHWISE_CONV_2D = 4,
  DEQUANTIZE = 6,
  FULLY_CONNECTED = 9,
  LOGISTIC = 14,
  MAX_POOL_2D = 17,
  RELU = 19,
  RELU_N1_TO_1 = 20,
  RELU6 = 21,
  RESHAPE = 22,
  SOFTMAX = 25,
  PAD = 34,
  TRANSPOSE = 39,
  MEAN = 40,
  NEG = 59,
  QUANTIZE = 114,
};

// Null for a code that is not in the list above.
constexpr const char* operator_name(OperatorType type) {
  switch (type) {
    case OperatorType::ADD:
      return "ADD";
    case OperatorType::AVERAGE_POOL_2D:
      return "AVERAGE_POOL_2D";
    case OperatorType::CONCATENATION:
      return "CONCATENATION";
    case OperatorType::CONV_2D:
      return "CONV_2D";
    case OperatorType::DEPTHWISE_CONV_2D:
      return "DEPTHWISE_CONV_2D";
    case OperatorType::DEQUANTIZE:
      return "DEQUANTIZE";
    case OperatorType::FULLY_CONNECTED:
      return "FULLY_CONNECTED";
    case OperatorType::LOGISTIC:
      return "LOGISTIC";
    case OperatorType::MAX_POOL_2D:
      return "MAX_POOL_2D";
    case OperatorType::RELU:
      return "RELU";
    case OperatorType::RELU_N1_TO_1:
      return "RELU_N1_TO_1";
    case OperatorType::RELU6:
      return "RELU6";
    case OperatorType::RESHAPE:
      return "RESHAPE";
    case OperatorType::SOFTMAX:
      return "SOFTMAX";
    case OperatorType::PAD:
      return "PAD";
    case OperatorType::TRANSPOSE:
      return "TRANSPOSE";
    case OperatorType::MEAN:
      return "MEAN";
    case OperatorType::NEG:
      return "NEG";
    case OperatorType::QUANTIZE:
      return "QUANTIZE";
  }
  return nullptr;
}

enum class Padding : int8_t { SAME = 0, VALID = 1 };
// ActivationFunctionType of the schema.
enum class Activation : int8_t { NONE = 0, RELU = 1, RELU_N1_TO_1 = 2, RELU6 = 3 };

// Options of every operator type in one plain struct; each type reads the fields named for it.
struct Options {
  Activation activation = Activation::NONE;  // conv, pool, fully connected, add, concatenation
  Padding padding = Padding::SAME;           // conv, depthwise, pool
  int32_t stride_h = 1, stride_w = 1;        // conv, depthwise, pool
  int32_t dilation_h = 1, dilation_w = 1;    // conv, depthwise
  int32_t filter_h = 1, filter_w = 1;        // pool
  float beta = 1.0F;                         // SOFTMAX
  int32_t axis = 0;                          // CONCATENATION, may be negative
  bool keep_dims = false;                    // MEAN; FULLY_CONNECTED (keep_num_dims)

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
