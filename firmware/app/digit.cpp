#include "firmware/app/digit.h"

#include <algorithm>
#include <cstring>

#include "firmware/app/embedded.h"
#include "runtime/base/fixed_point.h"

namespace firmware {
namespace {

using solder::TensorInfo;
using solder::TensorType;

float pixel(uint32_t index) {
  float value;
  std::memcpy(&value, embedded_input + index * sizeof value, sizeof value);
  return std::clamp(value, 0.0F, 1.0F);
}

bool is_readable(TensorType type) {
  return type == TensorType::FLOAT32 || type == TensorType::INT8;
}

int8_t quantize(float value, const TensorInfo& info) {
  const float exact = value / info.scale;  // not negative, but maybe huge or no number
  const int32_t steps = exact < 255 ? static_cast<int32_t>(exact + 0.5F) : 255;
  return static_cast<int8_t>(
      std::clamp<int32_t>(solder::wrapping_add(steps, info.zero_point), INT8_MIN, INT8_MAX));
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
  if (!is_readable(model.output_info(0).type))
    return "the model's output is neither FLOAT32 nor INT8";
  const TensorInfo& info = model.input_info(0);
  if (info.shape.elements() != kDigitPixels) return "the model's input is not 28 x 28 values";
  switch (info.type) {
    case TensorType::FLOAT32:
      for (uint32_t i = 0; i < kDigitPixels; ++i) model.input<float>(0)[i] = pixel(i);
      return nullptr;
    case TensorType::INT8:
      for (uint32_t i = 0; i < kDigitPixels; ++i)
        model.input<int8_t>(0)[i] = quantize(pixel(i), info);
      return nullptr;
    default:
      return "the model's input is neither FLOAT32 nor INT8";
  }
}

float real_output(const solder::Model& model, uint32_t output, uint32_t element) {
  const TensorInfo& info = model.output_info(output);
  if (info.type == TensorType::FLOAT32) return model.output<float>(output)[element];
  return info.scale * static_cast<float>(model.output<int8_t>(output)[element] - info.zero_point);
}

}  // namespace firmware
