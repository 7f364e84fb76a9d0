// The table with which TensorFlow Lite computes LOGISTIC and TANH of INT16.
#pragma once

#include <array>
#include <cstdint>

namespace solder {

// Entry i: logistic(i / 24) in 1/65536, raised by half of the largest error of the chord to the
// next entry, which is the second derivative / 8. The last one is the largest value.
consteval std::array<uint16_t, 256> make_sigmoid_table() {
  constexpr double kExpOfMinusStep = 0.9591894571091382;  // exp(-1/24)
  std::array<uint16_t, 256> table{};
  double exp = 1;  // exp(-i/24)
  for (auto& entry : table) {
    const double s = 1 / (1 + exp);
    const double bend = s * (1 - s) * (2 * s - 1) / (24 * 24);
    entry = static_cast<uint16_t>(65536 * (s + bend / 16) + 0.5);
    exp *= kExpOfMinusStep;
  }
  table[255] = UINT16_MAX;
  return table;
}

inline constexpr std::array<uint16_t, 256> kSigmoidTable = make_sigmoid_table();

}  // namespace solder
