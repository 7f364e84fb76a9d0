// Values as C++ literals and initializers.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "runtime/kernels/kernel_list.h"

namespace solder::compiler {

// Exact: reads back as the same float.
std::string float_literal(float value);
// With quotes, everything but printable ASCII escaped.
std::string string_literal(const std::string& text);
// Little-endian words in hexadecimal, eight a line; the last is padded with zeros.
std::string word_list(std::span<const uint8_t> bytes);

// The C++ name of a kernel's parameter struct, and its designated initializer.
std::string params_type(KernelId kernel);
std::string params_initializer(KernelId kernel, const void* params);

}  // namespace solder::compiler
