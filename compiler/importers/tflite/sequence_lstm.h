// UNIDIRECTIONAL_SEQUENCE_LSTM and BIDIRECTIONAL_SEQUENCE_LSTM, as TensorFlow Lite's converter
// makes them of a Keras LSTM.
#pragma once

#include <string>
#include <vector>

#include "compiler/ir/graph_builder.h"
#include "schema/tflite_generated.h"

namespace solder::compiler {

// Unrolls the operator over its time steps. Its states start as zeros in every inference, as they
// do in Keras; TensorFlow Lite keeps them until they are reset.
// The tensors that it names are those of the builder's graph; is_variable says which of them are
// variable, and no longer says so of the states that the operator has taken. Throws ModelError,
// which begins with `where`, for what is not supported: activations other than FLOAT32, coupled
// input and forget gates, peephole weights, projection, layer normalization, clipping, an auxiliary
// input.
void unroll_sequence_lstm(const schema::Operator& source, const std::string& where,
                          GraphBuilder& builder, std::vector<bool>& is_variable);
void unroll_bidirectional_lstm(const schema::Operator& source, const std::string& where,
                               GraphBuilder& builder, std::vector<bool>& is_variable);

}  // namespace solder::compiler
