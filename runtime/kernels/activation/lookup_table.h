// Functions of INT8 as tables of 256 values, as TensorFlow Lite Micro computes each.
#pragma once

#include "runtime/kernels/activation/activation.h"
#include "runtime/kernels/step_builder.h"

namespace solder {

// Each of these returns a table of its builder: entry uint8(x) is the function of x. Null when
// memory is short. Tensors are INT8 with valid quantization.

const int8_t* piecewise_linear_table(StepBuilder& builder, const PiecewiseLinear& function);
// Outputs have scale 1/256 and zero point -128 (LOGISTIC), 1/128 and 0 (TANH).
const int8_t* logistic_table(StepBuilder& builder, const TensorView& input);
const int8_t* tanh_table(StepBuilder& builder, const TensorView& input);
// The input scale is below 128 output scales.
const int8_t* hard_swish_table(StepBuilder& builder, const TensorView& input,
                               const TensorView& output);
// `function` of real values, rounded.
const int8_t* real_table(StepBuilder& builder, const TensorView& input, const TensorView& output,
                         float (*function)(float));

}  // namespace solder
