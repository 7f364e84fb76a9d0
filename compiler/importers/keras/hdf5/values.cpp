#include "compiler/importers/keras/hdf5/values.h"

#include <bit>
#include <cmath>
#include <limits>

namespace solder::compiler::keras {
namespace {

struct FloatFormat {
  uint64_t size = 0, exponent_at = 0, exponent_bits = 0, mantissa_bits = 0, bias = 0;

  bool operator==(const FloatFormat&) const = default;
};
// IEEE 754.
constexpr FloatFormat kFloatFormats[] = {
    {2, 10, 5, 10, 15}, {4, 23, 8, 23, 127}, {8, 52, 11, 52, 1023}};

bool is_little_endian_ieee(uint64_t bits, uint64_t size, Cursor& properties) {
  if ((bits & 0x41) != 0) return false;
  properties.skip(4);
  FloatFormat format{.size = size};
  format.exponent_at = properties.integer(1);
  format.exponent_bits = properties.integer(1);
  properties.skip(1);
  format.mantissa_bits = properties.integer(1);
  format.bias = properties.integer(4);
  return std::ranges::find(kFloatFormats, format) != std::end(kFloatFormats);
}

float half_to_float(uint64_t half) {
  const auto exponent = static_cast<int>(half >> 10 & 0x1F);
  const auto mantissa = static_cast<float>(half & 0x3FF);
  float magnitude;
  if (exponent == 0)
    magnitude = std::ldexp(mantissa, -24);
  else if (exponent < 0x1F)
    magnitude = std::ldexp(mantissa + 1024, exponent - 25);
  else
    magnitude = mantissa == 0 ? std::numeric_limits<float>::infinity()
                              : std::numeric_limits<float>::quiet_NaN();
  return (half & 0x8000) != 0 ? -magnitude : magnitude;
}

// A text that the file keeps apart from the array that it belongs to.
Bytes variable_text(Bytes file, Cursor& reference) {
  const uint64_t length = reference.integer(4);
  const uint64_t address = reference.address();
  const uint64_t wanted = reference.integer(4);
  if (length == 0) return {};
  Cursor header(file, address);
  header.expect("GCOL");
  header.skip(4);
  const uint64_t size = header.integer(8);
  constexpr uint64_t kHeaderBytes = 16;
  Cursor heap(Cursor(file, address).take(size), std::min(size, kHeaderBytes));
  while (heap.left() >= 16) {
    const uint64_t index = heap.integer(2);
    heap.skip(6);
    const uint64_t bytes = heap.integer(8);
    if (index == wanted && index != 0) return Cursor(heap.take(bytes)).take(length);
    if (index == 0) break;
    heap.skip(bytes);
    heap.skip(std::min<uint64_t>(heap.left(), -bytes % 8));
  }
  fail_damaged("a text is not where it should be");
}

std::string trimmed(Bytes text, bool is_space_padded) {
  std::string result(text.begin(), std::ranges::find(text, 0));
  if (is_space_padded) result.erase(result.find_last_not_of(' ') + 1);
  return result;
}

}  // namespace

Datatype read_datatype(Bytes message) {
  enum { kInteger = 0, kFloat = 1, kText = 3, kVariableLength = 9 };
  Cursor cursor(message);
  const uint64_t type_class = cursor.integer(1) & 0x0F;
  const uint64_t bits = cursor.integer(3);
  Datatype type{.size = cursor.integer(4)};
  if (type.size == 0) fail_damaged("elements of no size");
  switch (type_class) {
    case kInteger:
      type.name = fmt::format("{}-bit integer", 8 * type.size);
      // Little-endian, as counters are.
      if ((bits & 1) == 0 && (type.size == 4 || type.size == 8))
        type.kind = Datatype::Kind::kInteger;
      break;
    case kFloat:
      type.name = fmt::format("{}-bit float", 8 * type.size);
      if (is_little_endian_ieee(bits, type.size, cursor)) type.kind = Datatype::Kind::kFloat;
      break;
    case kText:
      type.name = "text";
      type.kind = Datatype::Kind::kFixedText;
      type.is_space_padded = (bits & 0x0F) == 2;
      break;
    case kVariableLength:
      type.name = "variable length";
      if ((bits & 0x0F) == 1 && type.size == 16) type.kind = Datatype::Kind::kVariableText;
      break;
    default:
      type.name = fmt::format("class {}", type_class);
  }
  return type;
}

std::vector<int64_t> read_dimensions(Bytes dataspace_message) {
  Cursor cursor(dataspace_message);
  const uint64_t version = cursor.integer(1);
  if (version != 1 && version != 2) fail_damaged("a dataspace of unknown version");
  const uint64_t rank = cursor.integer(1);
  cursor.skip(version == 1 ? 6 : 2);
  std::vector<int64_t> dims;
  for (uint64_t i = 0; i < rank; ++i) {
    const uint64_t dim = cursor.integer(8);
    dims.push_back(static_cast<int64_t>(std::min<uint64_t>(dim, INT64_MAX)));
  }
  return dims;
}

std::vector<std::string> read_texts(Bytes file, Bytes data, const Datatype& type, uint64_t count) {
  std::vector<std::string> texts;
  Cursor cursor(data);
  // Many references to one long text would make much of little.
  uint64_t budget = file.size();
  for (uint64_t i = 0; i < count; ++i) {
    Bytes text = cursor.take(type.size);
    if (type.kind == Datatype::Kind::kVariableText) {
      Cursor reference(text);
      text = variable_text(file, reference);
    }
    if (text.size() > budget) fail_damaged("more text than the file holds");
    budget -= text.size();
    texts.push_back(trimmed(text, type.is_space_padded));
  }
  return texts;
}

std::vector<float> read_floats(Bytes data, const Datatype& type) {
  std::vector<float> values;
  values.reserve(data.size() / type.size);
  Cursor cursor(data);
  while (cursor.left() >= type.size) {
    const uint64_t bits = cursor.integer(static_cast<int>(type.size));
    if (type.kind == Datatype::Kind::kInteger)
      values.push_back(static_cast<float>(bits));
    else if (type.size == 2)
      values.push_back(half_to_float(bits));
    else if (type.size == 4)
      values.push_back(std::bit_cast<float>(static_cast<uint32_t>(bits)));
    else
      values.push_back(static_cast<float>(std::bit_cast<double>(bits)));
  }
  return values;
}

}  // namespace solder::compiler::keras
