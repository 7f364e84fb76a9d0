// What a tensor is, in TensorFlow Lite's terms: activations are channels-last (NHWC), dense,
// row-major; quantized values mean scale * (q - zero_point).
#pragma once

#include <cstddef>
#include <cstdint>

namespace solder {

// Values as in the .tflite schema.
enum class TensorType : int8_t {
  FLOAT32 = 0,
  FLOAT16 = 1,
  INT32 = 2,
  UINT8 = 3,
  INT64 = 4,
  STRING = 5,
  BOOL = 6,
  INT16 = 7,
  INT8 = 9,
};

// Bytes of one element; 0 for a type the runtime does not compute with.
constexpr int32_t size_of(TensorType type) {
  switch (type) {
    case TensorType::FLOAT32:
    case TensorType::INT32:
      return 4;
    case TensorType::UINT8:
    case TensorType::BOOL:
    case TensorType::INT8:
      return 1;
    case TensorType::FLOAT16:
    case TensorType::INT16:
      return 2;
    case TensorType::INT64:
      return 8;
    default:
      return 0;
  }
}

constexpr const char* type_name(TensorType type) {
  switch (type) {
    case TensorType::FLOAT32:
      return "FLOAT32";
    case TensorType::FLOAT16:
      return "FLOAT16";
    case TensorType::INT32:
      return "INT32";
    case TensorType::UINT8:
      return "UINT8";
    case TensorType::INT64:
      return "INT64";
    case TensorType::STRING:
      return "STRING";
    case TensorType::BOOL:
      return "BOOL";
    case TensorType::INT16:
      return "INT16";
    case TensorType::INT8:
      return "INT8";
  }
  return "UNKNOWN";
}

inline constexpr int32_t kMaxRank = 5;
// Larger tensors do not exist on this class of machine; it keeps every product in int32_t.
inline constexpr int64_t kMaxTensorBytes = int64_t{1} << 28;

struct Shape {
  int32_t rank = 0;  // 0 is a scalar
  int32_t dims[kMaxRank] = {};

  constexpr int64_t elements() const {
    int64_t n = 1;
    for (int32_t i = 0; i < rank; ++i) n *= dims[i];
    return n;
  }
  // The dimension counted from the front of a shape seen as `wanted` long, 1 where it has none.
  constexpr int32_t dim_of(int32_t wanted, int32_t index) const {
    const int32_t own = index - (wanted - rank);
    return own < 0 ? 1 : dims[own];
  }
  constexpr bool operator==(const Shape& other) const {
    if (rank != other.rank) return false;
    for (int32_t i = 0; i < rank; ++i)
      if (dims[i] != other.dims[i]) return false;
    return true;
  }
};

// Affine quantization. `count` is 0 (not quantized), 1 (per tensor) or the size of dimension
// `axis` (per channel).
struct Quantization {
  const float* scale = nullptr;
  const int64_t* zero_point = nullptr;
  int32_t count = 0;
  int32_t axis = 0;
};

// A tensor of a graph that is being prepared.
struct TensorView {
  const char* name = "";
  TensorType type = TensorType::FLOAT32;
  Shape shape;
  Quantization quantization;
  const void* data = nullptr;  // null unless constant; aligned to its element
  int32_t bytes = 0;           // elements * size_of(type)

  bool is_constant() const { return data != nullptr; }
};

}  // namespace solder
