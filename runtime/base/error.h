// The one error type of device code: a static message and where it happened. No error allocates.
#pragma once

#include <cstdint>

namespace solder {

struct [[nodiscard]] Error {
  // What is wrong, as one line without a final period; null means success. Static storage.
  const char* message = nullptr;
  // Index of the operator in the graph's execution order, -1 when none is to blame.
  int32_t operator_index = -1;
  // BuiltinOperator code of that operator, -1 when none is to blame.
  int32_t operator_type = -1;
  // The figure the message speaks of (bytes wanted, a dimension, a version); 0 when none.
  int64_t detail = 0;

  explicit operator bool() const { return message != nullptr; }
};

}  // namespace solder
