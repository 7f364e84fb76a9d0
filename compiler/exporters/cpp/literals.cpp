#include "compiler/exporters/cpp/literals.h"

#include <fmt/format.h>

#include <array>
#include <cfloat>
#include <type_traits>

namespace solder::compiler {
namespace {

std::string literal(int32_t value) {
  return value == INT32_MIN ? "INT32_MIN" : fmt::format("{}", value);
}
std::string literal(float value) { return float_literal(value); }
std::string literal(const Requantization& r) {
  return fmt::format("{{.multiplier = {}, .shift = {}}}", r.multiplier, r.shift);
}

// A struct that lists its fields through visit().
template <class Struct>
std::string literal(const Struct& value) {
  std::string text;
  value.visit([&]<class Field>(const char* name, const Field& field) {
    std::string shown;
    if constexpr (std::is_array_v<Field>) {
      for (const auto& element : field) shown += (shown.empty() ? "" : ", ") + literal(element);
      shown = '{' + shown + '}';
    } else {
      shown = literal(field);
    }
    text += fmt::format("{}.{} = {}", text.empty() ? "" : ", ", name, shown);
  });
  return '{' + text + '}';
}

}  // namespace

std::string float_literal(float value) {
  if (value == FLT_MAX) return "FLT_MAX";
  if (value == -FLT_MAX) return "-FLT_MAX";
  std::string text = fmt::format("{:.9g}", value);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text + 'F';
}

std::string string_literal(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\' || c == '?')
      (out += '\\') += c;
    else if (c >= ' ' && c <= '~')
      out += c;
    else
      out += fmt::format("\\{:03o}", static_cast<unsigned char>(c));
  }
  return out + '"';
}

std::string word_list(std::span<const uint8_t> bytes) {
  std::string out;
  out.reserve(bytes.size() * 3);
  for (size_t i = 0; i < bytes.size(); i += 4) {
    uint32_t word = 0;
    for (size_t j = 0; j < 4 && i + j < bytes.size(); ++j)
      word |= uint32_t{bytes[i + j]} << (8 * j);
    out += fmt::format("{}0x{:x},", i % 32 == 0 ? "\n    " : " ", word);
  }
  return out;
}

std::string params_type(KernelId kernel) {
  switch (kernel) {
#define X(name, params, ...) \
  case KernelId::name:       \
    return #params;
    SOLDER_KERNEL_LIST(X)
#undef X
  }
  return "";
}

std::string params_initializer(KernelId kernel, const void* params) {
  switch (kernel) {
#define X(name, params_type, ...) \
  case KernelId::name:            \
    return literal(*static_cast<const params_type*>(params));
    SOLDER_KERNEL_LIST(X)
#undef X
  }
  return "";
}

}  // namespace solder::compiler
