// Reads little-endian fields one after another from bytes that nobody has checked.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <span>
#include <string_view>

#include "compiler/ir/model_error.h"

namespace solder::compiler::keras {

using Bytes = std::span<const uint8_t>;

[[noreturn]] inline void fail_damaged(std::string_view what) {
  throw ModelError(fmt::format("the HDF5 file is damaged: {}", what));
}

// Everything here throws ModelError where the bytes end too early.
class Cursor {
 public:
  explicit Cursor(Bytes bytes, uint64_t at = 0) : left_(bytes) { skip(at); }

  size_t left() const { return left_.size(); }

  Bytes take(uint64_t count) {
    if (count > left_.size()) fail_damaged("a part lies outside of what holds it");
    const Bytes taken = left_.first(count);
    left_ = left_.subspan(count);
    return taken;
  }
  void skip(uint64_t count) { take(count); }

  // The next `size` bytes, at most 8, as an unsigned number.
  uint64_t integer(int size) {
    uint64_t value = 0;
    int shift = 0;
    for (const uint8_t byte : take(size)) {
      value |= uint64_t{byte} << shift;
      shift += 8;
    }
    return value;
  }
  uint64_t address() { return integer(8); }

  void expect(std::string_view signature) {
    if (!std::ranges::equal(take(signature.size()), signature, {}, {},
                            [](char c) { return static_cast<uint8_t>(c); }))
      fail_damaged(fmt::format("no {} where one should be", signature));
  }

 private:
  Bytes left_;
};

}  // namespace solder::compiler::keras
