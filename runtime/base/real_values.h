// Elements of tensors as real numbers, whatever their type.
#pragma once

#include <span>

#include "runtime/base/tensor.h"

namespace solder {

// How the elements of a tensor are to be read: scale * (q - zero_point), or as they are when the
// scale is 0 (and the zero point with it).
struct ValueFormat {
  TensorType type;
  float scale = 0;
  int32_t zero_point = 0;
};

// FLOAT32, INT8, UINT8, INT16 and INT32 have real values; the functions below want one of them.
bool has_real_values(TensorType type);

// From values.size() elements at `data`.
void load_real(const ValueFormat& format, const void* data, std::span<float> values);

// To values.size() elements at `data`: the nearest that the type can hold, halves away from zero;
// for what is no number, the largest.
void store_real(const ValueFormat& format, std::span<const float> values, void* data);

}  // namespace solder
