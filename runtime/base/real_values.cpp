#include "runtime/base/real_values.h"

#include <algorithm>
#include <limits>
#include <type_traits>

namespace solder {
namespace {

// Calls visit(T{}) with the element type; false for a type without real values.
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
    case TensorType::INT32:
      return visit(int32_t{}), true;
    default:
      return false;
  }
}

template <class T>
T nearest(float steps, int32_t zero_point) {
  constexpr float kMost = 2147483520.0F;  // the largest below 2^31
  if (!(steps < kMost)) steps = kMost;    // what is no number, too
  steps = std::max(steps, -kMost);
  const auto rounded = static_cast<int64_t>(steps < 0 ? steps - 0.5F : steps + 0.5F);
  return static_cast<T>(std::clamp<int64_t>(rounded + zero_point, std::numeric_limits<T>::min(),
                                            std::numeric_limits<T>::max()));
}

}  // namespace

bool has_real_values(TensorType type) {
  return with_element(type, [](auto) {});
}

void load_real(const ValueFormat& format, const void* data, std::span<float> values) {
  with_element(format.type, [&]<class T>(T) {
    const T* elements = static_cast<const T*>(data);
    for (size_t i = 0; i < values.size(); ++i) {
      values[i] = static_cast<float>(elements[i]);
      if (!std::is_same_v<T, float> && format.scale != 0)
        values[i] = format.scale * (values[i] - static_cast<float>(format.zero_point));
    }
  });
}

void store_real(const ValueFormat& format, std::span<const float> values, void* data) {
  with_element(format.type, [&]<class T>(T) {
    T* elements = static_cast<T*>(data);
    for (size_t i = 0; i < values.size(); ++i) {
      if constexpr (std::is_same_v<T, float>)
        elements[i] = values[i];
      else
        elements[i] =
            nearest<T>(values[i] / (format.scale == 0 ? 1 : format.scale), format.zero_point);
    }
  });
}

}  // namespace solder
