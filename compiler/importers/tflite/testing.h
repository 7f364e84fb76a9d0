// .tflite files made by tests, of what the exporter does not write.
#pragma once

#include <vector>

#include "compiler/testing/graphs.h"
#include "schema/tflite_generated.h"

namespace solder::compiler::testing {

std::vector<uint8_t> file_of(const schema::ModelT& model);

// In TensorFlow Lite's order: input, forget, cell, output.
struct LstmGates {
  static constexpr int32_t kBatch = 2, kTimes = 4, kInputs = 3, kUnits = 5;
  Floats w[4], r[4], b[4];

  static LstmGates random();
};

// A model of one LSTM, as the converter writes it; in the second, the halves' outputs are apart or
// merged into one.
schema::ModelT sequence_lstm_model(const LstmGates& gates, bool time_major);
schema::ModelT bidirectional_lstm_model(const LstmGates& forwards, const LstmGates& backwards,
                                        bool is_merged);

}  // namespace solder::compiler::testing
