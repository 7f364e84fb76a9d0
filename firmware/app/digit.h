// The built-in digit: 28 x 28 float32 from 0 (paper) to 1 (ink).
#pragma once

#include <cstdint>

#include "firmware/hal/printer.h"
#include "runtime/plan/model.h"

namespace firmware {

inline constexpr uint32_t kDigitSide = 28;
inline constexpr uint32_t kDigitPixels = kDigitSide * kDigitSide;

void print_digit(const Printer& out);

// Writes the digit into the model's input, quantized as it wants. Returns why not, or null.
const char* fill_with_digit(const solder::Model& model);

}  // namespace firmware
