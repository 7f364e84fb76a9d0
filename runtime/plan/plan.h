// A plan: the flat list of kernel calls that one inference is. Plain constant data, made by
// plan_builder on a board or printed as C++ by the compiler.
#pragma once

#include <cstdint>

#include "runtime/kernels/step_builder.h"

namespace solder {

// An input or output of a model.
struct TensorInfo {
  const char* name = "";
  TensorType type = TensorType::FLOAT32;
  Shape shape;
  float scale = 0;  // 0 when not quantized
  int32_t zero_point = 0;
  uint32_t bytes = 0;
  Operand operand;
};

struct Plan {
  const Step* steps = nullptr;
  uint32_t step_count = 0;
  const TensorInfo* inputs = nullptr;
  uint32_t input_count = 0;
  const TensorInfo* outputs = nullptr;
  uint32_t output_count = 0;
  uint32_t arena_bytes = 0;  // activations and scratch
};

// The addresses that operands count from.
struct Regions {
  const void* constants = nullptr;
  const void* tables = nullptr;
  void* arena = nullptr;

  void* resolve(Operand operand) const {
    switch (operand.region()) {
      case Operand::kConstants:
        return at(constants, operand);
      case Operand::kTables:
        return at(tables, operand);
      case Operand::kArena:
        return at(arena, operand);
      case Operand::kAbsent:
        break;
    }
    return nullptr;
  }

 private:
  static void* at(const void* base, Operand operand) {
    return const_cast<uint8_t*>(static_cast<const uint8_t*>(base)) + operand.offset();
  }
};

}  // namespace solder
