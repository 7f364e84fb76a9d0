// NumPy's .npy files (https://numpy.org/neps/nep-0001-npy-format.html).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace solder::compiler {

struct NpyArray {
  std::vector<int64_t> dims;
  std::vector<float> values;  // row-major
};

// Little-endian integers and floats of up to 8 bytes, in C order. Throws std::runtime_error that
// says what is wrong and what to do, without a file name.
NpyArray read_npy(std::span<const uint8_t> bytes);

}  // namespace solder::compiler
