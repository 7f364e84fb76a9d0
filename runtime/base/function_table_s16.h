// A function of int16 as TensorFlow Lite's integer kernels tabulate it: 512 steps over its domain,
// linear between them.
#pragma once

#include <cstdint>

namespace solder {

class FunctionTableS16 {
 public:
  // Input -32768 means `input_scale` * (-32768 - `input_zero_point`), and so on; outputs count
  // `output_scale`. Every entry is moved so that it and the middle of its step are off alike. Float
  // arithmetic in TensorFlow Lite Micro's order, at compile time and so the same on every machine.
  template <class Function>
  constexpr FunctionTableS16(float input_scale, int32_t input_zero_point, float output_scale,
                             Function function)
      : values_() {
    const float from = input_scale * static_cast<float>(INT16_MIN - input_zero_point);
    const float to = input_scale * static_cast<float>(INT16_MAX - input_zero_point);
    const float step = (to - from) / kSteps;
    const float per_unit = 65536.0F / (output_scale * static_cast<float>(INT16_MAX) -
                                       output_scale * static_cast<float>(INT16_MIN));
    for (int32_t i = 0; i < kSteps; ++i) {
      const float at = from + static_cast<float>(i) * step;
      const float next = function(from + static_cast<float>(i + 1) * step) * per_unit;
      const float sample = round(function(at) * per_unit);
      const float middle = round(function(at + step / 2) * per_unit);
      const float error = round((next + sample) / 2) - middle;
      values_[i] = saturate(sample - round(error / 2));
    }
    values_[kSteps] = saturate(round(function(to) * per_unit));
  }

  constexpr int16_t operator()(int16_t x) const {
    const int32_t index = 256 + (x >> 7);
    const int32_t slope = values_[index + 1] - values_[index];
    return static_cast<int16_t>(values_[index] + ((slope * (x & 127) + 64) >> 7));
  }

  constexpr int16_t entry(int32_t index) const { return values_[index]; }  // index in [0, kSteps]
  static constexpr int32_t kSteps = 512;

 private:
  // Halves away from zero; double holds x and a half exactly.
  static constexpr float round(float x) {
    const double d = static_cast<double>(x);
    return static_cast<float>(static_cast<int64_t>(d < 0 ? d - 0.5 : d + 0.5));
  }
  static constexpr int16_t saturate(float x) {
    return static_cast<int16_t>(x < -32768.0F ? -32768.0F : x > 32767.0F ? 32767.0F : x);
  }

  int16_t values_[kSteps + 1];
};

// exp(x) for tables that are made at compile time, where std::exp is not to be had: a power series
// of x / 2^8, squared eight times. x in [-100, 1].
constexpr float constant_exp(float x) {
  const double part = static_cast<double>(x) / 256;
  double term = 1, sum = 1;
  for (int32_t n = 1; n < 24; ++n) {
    term *= part / n;
    sum += term;
  }
  for (int32_t i = 0; i < 8; ++i) sum *= sum;
  return static_cast<float>(sum);
}

}  // namespace solder
