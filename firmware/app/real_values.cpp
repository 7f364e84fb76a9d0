#include "firmware/app/real_values.h"

#include <algorithm>
#include <limits>

namespace firmware {
namespace {

using solder::TensorInfo;
using solder::TensorType;

template <class T>
void store_quantized(const TensorInfo& info, void* tensor, uint32_t element, float value) {
  constexpr auto kLeast = std::numeric_limits<T>::min(), kMost = std::numeric_limits<T>::max();
  const float exact = value / info.scale + static_cast<float>(info.zero_point);
  const float rounded = exact < 0 ? exact - 0.5F : exact + 0.5F;
  T quantized = kMost;  // also of what is no number
  if (rounded < kMost) quantized = rounded > kLeast ? static_cast<T>(rounded) : kLeast;
  static_cast<T*>(tensor)[element] = quantized;
}

template <class T>
float load_quantized(const TensorInfo& info, const void* tensor, uint32_t element) {
  return info.scale * static_cast<float>(static_cast<const T*>(tensor)[element] - info.zero_point);
}

}  // namespace

bool has_real_values(TensorType type) {
  return type == TensorType::FLOAT32 || type == TensorType::INT8 || type == TensorType::UINT8 ||
         type == TensorType::INT16;
}

void store_real(const TensorInfo& info, void* tensor, uint32_t element, float value) {
  switch (info.type) {
    case TensorType::INT8:
      return store_quantized<int8_t>(info, tensor, element, value);
    case TensorType::UINT8:
      return store_quantized<uint8_t>(info, tensor, element, value);
    case TensorType::INT16:
      return store_quantized<int16_t>(info, tensor, element, value);
    default:
      static_cast<float*>(tensor)[element] = value;
  }
}

float load_real(const TensorInfo& info, const void* tensor, uint32_t element) {
  switch (info.type) {
    case TensorType::INT8:
      return load_quantized<int8_t>(info, tensor, element);
    case TensorType::UINT8:
      return load_quantized<uint8_t>(info, tensor, element);
    case TensorType::INT16:
      return load_quantized<int16_t>(info, tensor, element);
    default:
      return static_cast<const float*>(tensor)[element];
  }
}

}  // namespace firmware
