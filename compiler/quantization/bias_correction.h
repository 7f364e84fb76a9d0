// Bias correction: rounding the weights shifts the mean of every output; the bias takes it back.
#pragma once

#include <span>
#include <vector>

#include "compiler/ir/graph.h"

namespace solder::compiler {

// For each output channel of a weighted operator, by how much its mean is too large with the
// `quantized` weights: the sum over its weights of error * mean of the input they meet (Nagel et
// al., "Data-Free Quantization Through Weight Equalization and Bias Correction", 2019, section 4.2;
// padding is not accounted for). `input_mean`: of each element of the input, which has `input`'s
// shape.
std::vector<double> mean_output_error(const Operator& op, const Tensor& weights,
                                      const Tensor& quantized, const Shape& input,
                                      std::span<const double> input_mean);

}  // namespace solder::compiler
