// Elements of a model's inputs and outputs as real numbers, whatever their type.
#pragma once

#include <cstdint>

#include "runtime/plan/plan.h"

namespace firmware {

// FLOAT32, INT8, UINT8 and INT16 have; the functions below want one of them.
bool has_real_values(solder::TensorType type);

// The nearest that the tensor can hold.
void store_real(const solder::TensorInfo& info, void* tensor, uint32_t element, float value);
float load_real(const solder::TensorInfo& info, const void* tensor, uint32_t element);

}  // namespace firmware
