#include "compiler/data/npy.h"

#include <fmt/format.h>

#include <charconv>
#include <cstring>
#include <stdexcept>
#include <string_view>

namespace solder::compiler {
namespace {

// What follows `key` in the header, a Python dictionary such as
// {'descr': '<f4', 'fortran_order': False, 'shape': (1, 28, 28, 1), }
std::string_view value_of(std::string_view header, std::string_view key) {
  const size_t at = header.find(fmt::format("'{}':", key));
  if (at == std::string_view::npos)
    throw std::runtime_error(fmt::format("is no valid .npy file: its header lacks '{}'", key));
  std::string_view value = header.substr(at + key.size() + 3);
  value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
  return value;
}

std::vector<int64_t> read_shape(std::string_view text) {
  const size_t end = text.find(')');
  if (!text.starts_with('(') || end == std::string_view::npos)
    throw std::runtime_error("is no valid .npy file: its shape is damaged");
  std::vector<int64_t> dims;
  const char* at = text.data() + 1;
  const char* const last = text.data() + end;
  while (at < last) {
    if (*at == ' ' || *at == ',') {
      ++at;
      continue;
    }
    int64_t dim = 0;
    const auto [next, error] = std::from_chars(at, last, dim);
    if (error != std::errc() || dim < 1)
      throw std::runtime_error("has a shape that is not of positive numbers");
    dims.push_back(dim);
    at = next;
  }
  return dims;
}

template <class T>
std::vector<float> convert(std::span<const uint8_t> data) {
  std::vector<float> values(data.size() / sizeof(T));
  for (size_t i = 0; i < values.size(); ++i) {
    T element;
    std::memcpy(&element, data.data() + i * sizeof(T), sizeof(T));
    values[i] = static_cast<float>(element);
  }
  return values;
}

struct ElementType {
  std::string_view name;
  size_t bytes;
  std::vector<float> (*convert)(std::span<const uint8_t>);
};
constexpr ElementType kTypes[] = {{"<f4", 4, convert<float>},    {"<f8", 8, convert<double>},
                                  {"|u1", 1, convert<uint8_t>},  {"|i1", 1, convert<int8_t>},
                                  {"<u2", 2, convert<uint16_t>}, {"<i2", 2, convert<int16_t>},
                                  {"<u4", 4, convert<uint32_t>}, {"<i4", 4, convert<int32_t>},
                                  {"<u8", 8, convert<uint64_t>}, {"<i8", 8, convert<int64_t>}};

const ElementType& element_type(std::string_view descr) {
  for (const ElementType& type : kTypes)
    if (descr.starts_with(fmt::format("'{}'", type.name))) return type;
  throw std::runtime_error(
      fmt::format("has elements of type {}; save it with numpy.save(FILE, x.astype('float32'))",
                  descr.substr(0, descr.find_first_of(",}"))));
}

}  // namespace

NpyArray read_npy(std::span<const uint8_t> bytes) {
  constexpr std::string_view kMagic = "\x93NUMPY";
  if (bytes.size() < 12 || std::memcmp(bytes.data(), kMagic.data(), kMagic.size()) != 0)
    throw std::runtime_error("is no .npy file");
  // The header's length has two bytes in version 1 and four in later ones.
  const size_t length_bytes = bytes[6] == 1 ? 2 : 4;
  size_t length = 0;
  for (size_t i = 0; i < length_bytes; ++i) length |= size_t{bytes[8 + i]} << (8 * i);
  const size_t start = 8 + length_bytes + length;
  if (start > bytes.size()) throw std::runtime_error("is cut short");
  const std::string_view header(reinterpret_cast<const char*>(bytes.data()) + 8 + length_bytes,
                                length);
  if (value_of(header, "fortran_order").starts_with("True"))
    throw std::runtime_error("is in Fortran order; save numpy.ascontiguousarray(x)");
  NpyArray array{.dims = read_shape(value_of(header, "shape")), .values = {}};
  const ElementType& type = element_type(value_of(header, "descr"));
  const auto data = bytes.subspan(start);
  size_t elements = 1;
  for (const int64_t dim : array.dims) {
    if (static_cast<uint64_t>(dim) > data.size() / elements)
      throw std::runtime_error("holds less data than its shape says");
    elements *= static_cast<size_t>(dim);
  }
  if (elements * type.bytes != data.size())
    throw std::runtime_error(
        fmt::format("holds {} bytes of data, but its shape and type ask for {}", data.size(),
                    elements * type.bytes));
  array.values = type.convert(data);
  return array;
}

}  // namespace solder::compiler
