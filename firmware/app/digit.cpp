#include "firmware/app/digit.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <type_traits>

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

// Calls visit(T{}) with the element type. False for a type that is not served.
template <class Visitor>
bool with_element(TensorType type, Visitor visit) {
  switch (type) {
    case TensorType::FLOAT32:
      return visit(float{}), true;
    case TensorType::INT8:
      return visit(int8_t{}), true;
    case TensorType::UINT8:
      return visit(uint8_t{}), true;
    case TensorType::INT16:
      return visit(int16_t{}), true;
    default:
      return false;
  }
}

template <class T>
T quantize(float value, const TensorInfo& info) {
  if constexpr (std::is_same_v<T, float>) {
    return value;
  } else {
    constexpr int32_t kMin = std::numeric_limits<T>::min(), kMax = std::numeric_limits<T>::max();
    const float exact = value / info.scale;  // not negative, but maybe huge or no number
    const int32_t steps = exact < kMax - kMin ? static_cast<int32_t>(exact + 0.5F) : kMax - kMin;
    return static_cast<T>(std::clamp(solder::wrapping_add(steps, info.zero_point), kMin, kMax));
  }
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
  if (!with_element(model.output_info(0).type, [](auto) {}))
    return "the model's output is not FLOAT32, INT8, UINT8 or INT16";
  const TensorInfo& info = model.input_info(0);
  if (info.shape.elements() != kDigitPixels) return "the model's input is not 28 x 28 values";
  const auto fill = [&]<class T>(T) {
    for (uint32_t i = 0; i < kDigitPixels; ++i) model.input<T>(0)[i] = quantize<T>(pixel(i), info);
  };
  if (!with_element(info.type, fill))
    return "the model's input is not FLOAT32, INT8, UINT8 or INT16";
  return nullptr;
}

float real_output(const solder::Model& model, uint32_t output, uint32_t element) {
  const TensorInfo& info = model.output_info(output);
  float value = 0;
  with_element(info.type, [&]<class T>(T) {
    const T stored = model.output<T>(output)[element];
    if constexpr (std::is_same_v<T, float>)
      value = stored;
    else
      value = info.scale * static_cast<float>(stored - info.zero_point);
  });
  return value;
}

}  // namespace firmware
