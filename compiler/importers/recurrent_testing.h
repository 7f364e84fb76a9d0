// Recurrent cells in double precision, written down from their definitions: what tests of importers
// compare with.
#pragma once

#include <cmath>
#include <vector>

namespace solder::compiler::testing {

using Doubles = std::vector<double>;

// weights [rows, x.size()] of one or more gates, times x, plus bias [rows].
inline Doubles affine(const std::vector<float>& weights, const Doubles& x, const Doubles& bias) {
  Doubles y = bias;
  for (size_t r = 0; r < y.size(); ++r)
    for (size_t i = 0; i < x.size(); ++i)
      y[r] += static_cast<double>(weights[r * x.size() + i]) * x[i];
  return y;
}
inline double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

struct CellWeights {
  std::vector<float> w, r;  // [gates * units, inputs], [gates * units, units]
  Doubles wb, rb;           // [gates * units]
};

// One step of one sample. Gates are in ONNX's order: LSTM input, output, forget, cell; GRU update,
// reset, candidate.
inline void lstm_step(const CellWeights& cell, const Doubles& x, Doubles& h, Doubles& c) {
  const Doubles a = affine(cell.w, x, cell.wb), b = affine(cell.r, h, cell.rb);
  const size_t n = h.size();
  for (size_t u = 0; u < n; ++u) {
    const auto gate = [&](size_t k) { return a[k * n + u] + b[k * n + u]; };
    c[u] = sigmoid(gate(2)) * c[u] + sigmoid(gate(0)) * std::tanh(gate(3));
    h[u] = sigmoid(gate(1)) * std::tanh(c[u]);
  }
}

inline void gru_step(const CellWeights& cell, const Doubles& x, Doubles& h, bool reset_after) {
  const size_t n = h.size();
  const Doubles a = affine(cell.w, x, cell.wb), b = affine(cell.r, h, cell.rb);
  Doubles z(n), r(n), reset_h(n);
  for (size_t u = 0; u < n; ++u) {
    z[u] = sigmoid(a[u] + b[u]);
    r[u] = sigmoid(a[n + u] + b[n + u]);
    reset_h[u] = r[u] * h[u];
  }
  const Doubles reset_b = affine(cell.r, reset_h, cell.rb);
  for (size_t u = 0; u < n; ++u) {
    const size_t k = 2 * n + u;
    const double candidate = std::tanh(a[k] + (reset_after ? r[u] * b[k] : reset_b[k]));
    h[u] = (1 - z[u]) * candidate + z[u] * h[u];
  }
}

inline void rnn_step(const CellWeights& cell, const Doubles& x, Doubles& h) {
  const Doubles a = affine(cell.w, x, cell.wb), b = affine(cell.r, h, cell.rb);
  for (size_t u = 0; u < h.size(); ++u) h[u] = std::tanh(a[u] + b[u]);
}

}  // namespace solder::compiler::testing
