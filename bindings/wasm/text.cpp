#include "bindings/wasm/text.h"

#include <bit>
#include <cstring>

#include "bindings/wasm/memory.h"

namespace solder::wasm {
namespace {

struct Buffer {
  uint8_t* bytes = nullptr;
  size_t size = 0, capacity = 0;
};
constinit Buffer buffer;

bool make_room() {
  if (buffer.size < buffer.capacity) return true;
  const size_t capacity = buffer.capacity == 0 ? 4096 : 2 * buffer.capacity;
  uint8_t* larger = reserve(capacity);
  if (larger == nullptr) return false;
  if (buffer.size > 0) std::memcpy(larger, buffer.bytes, buffer.size);
  buffer.bytes = larger;
  buffer.capacity = capacity;
  return true;
}

}  // namespace

Text::Text() { buffer.size = 0; }

void Text::put(char character) {
  if (make_room()) buffer.bytes[buffer.size++] = static_cast<uint8_t>(character);
}

void Text::separate() {
  if (needs_comma_) put(',');
  needs_comma_ = true;
}

void Text::key(const char* key) {
  string(key);
  put(':');
  needs_comma_ = false;
}

void Text::open(char bracket) {
  separate();
  put(bracket);
  needs_comma_ = false;
}

void Text::close(char bracket) {
  put(bracket);
  needs_comma_ = true;
}

void Text::string(const char* text) {
  separate();
  put('"');
  for (; *text != 0; ++text) {
    const auto code = static_cast<uint8_t>(*text);
    if (code < ' ') {
      put('?');
    } else {
      if (*text == '"' || *text == '\\') put('\\');
      put(*text);
    }
  }
  put('"');
}

void Text::number(int64_t value) {
  separate();
  char digits[20];
  size_t count = 0;
  auto rest = static_cast<uint64_t>(value);
  if (value < 0) {
    put('-');
    rest = 0 - rest;
  }
  do {
    digits[count++] = static_cast<char>('0' + rest % 10);
    rest /= 10;
  } while (rest > 0);
  while (count > 0) put(digits[--count]);
}

void Text::bits(const char* key, float value) { field(key, std::bit_cast<uint32_t>(value)); }

void Text::tensor_fields(const char* name, TensorType type, std::span<const int32_t> shape,
                         uint32_t bytes, float scale, int32_t zero_point) {
  field("name", name);
  field("type", type_name(type));
  field("typeCode", static_cast<int32_t>(type));
  numbers("shape", shape);
  field("bytes", bytes);
  bits("scaleBits", scale);
  field("zeroPoint", zero_point);
}

SOLDER_EXPORT(text) const uint8_t* text() { return buffer.bytes; }
SOLDER_EXPORT(text_bytes) size_t text_bytes() { return buffer.size; }

}  // namespace solder::wasm
