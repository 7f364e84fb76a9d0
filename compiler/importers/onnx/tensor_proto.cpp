#include "compiler/importers/onnx/tensor_proto.h"

#include <fmt/format.h>

#include <cstring>

namespace solder::compiler {
namespace {

// `Raw` is how raw_data stores an element; `field` is the typed field used in its stead.
template <class Raw, class Element, class Field>
void read_elements(const onnx::TensorProto& source, const Field& field, const Shape& shape,
                   const std::string& where, std::vector<Element>& result) {
  const auto count = static_cast<size_t>(shape.elements());
  const bool raw = source.has_raw_data();
  const size_t found = raw ? source.raw_data().size() / sizeof(Raw) : field.size();
  if (found != count || (raw && source.raw_data().size() % sizeof(Raw) != 0))
    throw ModelError(fmt::format("{}: {} elements of data, its dimensions {} want {}", where, found,
                                 to_string(shape), count));
  result.reserve(count);
  for (size_t i = 0; i < count; ++i) {
    Raw element;
    if (raw)
      std::memcpy(&element, source.raw_data().data() + i * sizeof(Raw), sizeof(Raw));
    else
      element = static_cast<Raw>(field.Get(static_cast<int>(i)));
    result.push_back(static_cast<Element>(element));
  }
}

}  // namespace

Value read_tensor(const onnx::TensorProto& source, const std::string& where) {
  if (source.data_location() == onnx::TensorProto::EXTERNAL || source.external_data_size() > 0)
    throw ModelError(where + ": its data is in another file; save the model as one file");
  if (source.has_segment()) throw ModelError(where + ": data in segments is not supported");
  Value value{.name = source.name(),
              .shape = make_shape({source.dims().data(), size_t(source.dims_size())}, where)};
  switch (source.data_type()) {
    case onnx::TensorProto::FLOAT:
      read_elements<float>(source, source.float_data(), value.shape, where, value.floats);
      break;
    case onnx::TensorProto::INT64:
      read_elements<int64_t>(source, source.int64_data(), value.shape, where, value.integers);
      break;
    case onnx::TensorProto::INT32:
      read_elements<int32_t>(source, source.int32_data(), value.shape, where, value.integers);
      break;
    case onnx::TensorProto::INT8:
      read_elements<int8_t>(source, source.int32_data(), value.shape, where, value.integers);
      break;
    case onnx::TensorProto::UINT8:
      read_elements<uint8_t>(source, source.int32_data(), value.shape, where, value.integers);
      break;
    case onnx::TensorProto::BOOL:
      read_elements<uint8_t>(source, source.int32_data(), value.shape, where, value.integers);
      break;
    default: {
      const auto type = static_cast<onnx::TensorProto::DataType>(source.data_type());
      const std::string name = onnx::TensorProto::DataType_IsValid(source.data_type())
                                   ? onnx::TensorProto::DataType_Name(type)
                                   : std::to_string(source.data_type());
      throw ModelError(fmt::format(
          "{}: type {} is not supported; supported: FLOAT, INT64, INT32, INT8, UINT8, BOOL", where,
          name));
    }
  }
  if (!value.integers.empty()) value.data_type = source.data_type();
  return value;
}

}  // namespace solder::compiler
