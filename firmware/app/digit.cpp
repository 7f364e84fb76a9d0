#include "firmware/app/digit.h"

#include <algorithm>
#include <cstring>

#include "firmware/app/embedded.h"
#include "firmware/app/real_values.h"

namespace firmware {
namespace {

float pixel(uint32_t index) {
  float value;
  std::memcpy(&value, embedded_input + index * sizeof value, sizeof value);
  return std::clamp(value, 0.0F, 1.0F);
}

}  // namespace

void print_digit(const Printer& out) {
  constexpr char kInk[] = " .:-=+*#%@";
  for (uint32_t i = 0; i < kDigitPixels; ++i) {
    out << kInk[static_cast<int>(pixel(i) * 9 + 0.5F)];
    if ((i + 1) % kDigitSide == 0) out << '\n';
  }
}

const char* fill_with_digit(const solder::Model& model) {
  if (model.input_count() != 1) return "the model does not have exactly one input";
  const solder::TensorInfo& info = model.input_info(0);
  if (info.shape.elements() != kDigitPixels) return "the model's input is not 28 x 28 values";
  if (!has_real_values(info.type) || !has_real_values(model.output_info(0).type))
    return "the model's input or output is not of type FLOAT32, INT8, UINT8 or INT16";
  for (uint32_t i = 0; i < kDigitPixels; ++i) store_real(info, model.input(0), i, pixel(i));
  return nullptr;
}

}  // namespace firmware
