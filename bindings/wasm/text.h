// What the module tells the page in words: one JSON text at a time.
#pragma once

#include <cstdint>
#include <span>
#include <type_traits>

#include "runtime/base/tensor.h"

namespace solder::wasm {

// Begins a new text. Without memory for it the text stays empty.
//
//   Text text;
//   text.object([&] { text.field("name", "input"); text.field("bytes", 3136U); });
class Text {
 public:
  Text();

  template <class Members>
  void object(Members members) {
    open('{');
    members();
    close('}');
  }
  template <class Members>
  void object(const char* key, Members members) {
    this->key(key);
    object(members);
  }
  // An element for each of `count`: write(index) writes one value.
  template <class Write>
  void array(const char* key, size_t count, Write write) {
    this->key(key);
    open('[');
    for (size_t i = 0; i < count; ++i) write(i);
    close(']');
  }
  template <class Number>
  void numbers(const char* key, std::span<const Number> values) {
    array(key, values.size(), [&](size_t i) { number(static_cast<int64_t>(values[i])); });
  }
  void field(const char* key, const char* text) {
    this->key(key);
    string(text);
  }
  template <class Number>
  requires std::is_integral_v<Number>
  void field(const char* key, Number value) {
    this->key(key);
    number(static_cast<int64_t>(value));
  }
  // As the bits of a float32, so that no digit gets lost.
  void bits(const char* key, float value);
  // The fields that every tensor has, wherever it was described.
  void tensor_fields(const char* name, TensorType type, std::span<const int32_t> shape,
                     uint32_t bytes, float scale, int32_t zero_point);

  void string(const char* text);
  void number(int64_t value);

 private:
  void key(const char* key);
  void open(char bracket);
  void close(char bracket);
  void separate();
  void put(char character);

  bool needs_comma_ = false;
};

}  // namespace solder::wasm
