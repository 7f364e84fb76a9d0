#include "firmware/app/digit.h"

#include <algorithm>
#include <cstring>

#include "firmware/app/embedded.h"
#include "runtime/base/real_values.h"

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
    return "the model's input or output is not of a type with real values";
  const auto element_bytes = static_cast<uint32_t>(solder::size_of(info.type));
  for (uint32_t i = 0; i < kDigitPixels; ++i) {
    const float value = pixel(i);
    solder::store_real({info.type, info.scale, info.zero_point}, {&value, 1},
                       model.input<uint8_t>(0) + i * element_bytes);
  }
  return nullptr;
}

}  // namespace firmware
