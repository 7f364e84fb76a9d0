// Tensors as NumPy arrays.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "runtime/base/real_values.h"

namespace solder::python {

// A tensor of a model as Python sees it: (name, type, shape, scale, zero point).
pybind11::tuple describe_tensor(const std::string& name, TensorType type,
                                const std::vector<int64_t>& shape, float scale, int32_t zero_point);
std::vector<int64_t> dims_of(const Shape& shape);

// An array of this type that holds no values yet.
pybind11::array make_array(TensorType type, const std::vector<int64_t>& shape);
// The bytes of an array in C order, which must outlive them.
std::span<const uint8_t> bytes_of(const pybind11::array& array);
std::span<uint8_t> writable_bytes_of(pybind11::array& array);

// Real values as a tensor of `type` holds them, and back.
pybind11::array quantize(const pybind11::array& values, const std::string& type, float scale,
                         int32_t zero_point);
pybind11::array dequantize(const pybind11::array& array, const std::string& type, float scale,
                           int32_t zero_point);

}  // namespace solder::python
