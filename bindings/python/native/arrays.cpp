#include "bindings/python/native/arrays.h"

#include <algorithm>
#include <stdexcept>

namespace solder::python {
namespace {

namespace py = pybind11;

constexpr struct {
  TensorType type;
  const char* dtype;
} kTypes[] = {{TensorType::FLOAT32, "float32"}, {TensorType::FLOAT16, "float16"},
              {TensorType::INT32, "int32"},     {TensorType::UINT8, "uint8"},
              {TensorType::INT64, "int64"},     {TensorType::BOOL, "bool"},
              {TensorType::INT16, "int16"},     {TensorType::INT8, "int8"}};

const char* dtype_of(TensorType type) {
  const auto* const found = std::ranges::find(kTypes, type, [](const auto& t) { return t.type; });
  if (found == std::end(kTypes))
    throw std::runtime_error(std::string("tensors of type ") + type_name(type) +
                             " have no numbers to show");
  return found->dtype;
}

TensorType type_of(const std::string& dtype) {
  return std::ranges::find(kTypes, dtype, [](const auto& t) { return t.dtype; })->type;
}

std::vector<int64_t> shape_of(const py::array& array) {
  return {array.shape(), array.shape() + array.ndim()};
}

}  // namespace

py::tuple describe_tensor(const std::string& name, TensorType type,
                          const std::vector<int64_t>& shape, float scale, int32_t zero_point) {
  return py::make_tuple(name, dtype_of(type), py::tuple(py::cast(shape)), scale, zero_point);
}

std::vector<int64_t> dims_of(const Shape& shape) { return {shape.dims, shape.dims + shape.rank}; }

py::array make_array(TensorType type, const std::vector<int64_t>& shape) {
  return {py::dtype(dtype_of(type)), shape};
}

std::span<const uint8_t> bytes_of(const py::array& array) {
  return {static_cast<const uint8_t*>(array.data()), static_cast<size_t>(array.nbytes())};
}

std::span<uint8_t> writable_bytes_of(py::array& array) {
  return {static_cast<uint8_t*>(array.mutable_data()), static_cast<size_t>(array.nbytes())};
}

py::array quantize(const py::array& values, const std::string& type, float scale,
                   int32_t zero_point) {
  const auto floats = py::array_t<float, py::array::c_style | py::array::forcecast>(values);
  py::array result = make_array(type_of(type), shape_of(values));
  store_real({type_of(type), scale, zero_point},
             {floats.data(), static_cast<size_t>(floats.size())}, result.mutable_data());
  return result;
}

py::array dequantize(const py::array& array, const std::string& type, float scale,
                     int32_t zero_point) {
  py::array_t<float> result(shape_of(array));
  load_real({type_of(type), scale, zero_point}, array.data(),
            {result.mutable_data(), static_cast<size_t>(result.size())});
  return result;
}

}  // namespace solder::python
