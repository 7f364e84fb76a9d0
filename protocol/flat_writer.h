// Writes FlatBuffers into memory that the caller gives, from its end to its begin. The library's
// own builder wants operator new, which device code has not, and cannot tell that it is full.
//
//   FlatWriter writer(room);
//   const auto name = writer.string("mnist");
//   FlatWriter::Table table(writer);
//   table.reference(Model::VT_NAME, name);
//   table.scalar(Model::VT_STEPS, 6U);
//   const auto message = writer.finish(table.end());  // empty when it did not fit
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>

namespace solder::protocol {

class FlatWriter {
 public:
  // Of a string, vector or table: its distance from the end of the room. 0: absent.
  using Offset = uint32_t;

  // `room` ends at an address that is a multiple of 8.
  explicit FlatWriter(std::span<uint8_t> room) : room_(room) {}

  // Null is absent. At most `longest` characters of it.
  Offset string(const char* text, size_t longest = 64);
  template <class T>
  Offset vector(std::span<const T> elements) {
    align(elements.size_bytes(), std::max(sizeof(T), sizeof(uint32_t)));
    push(elements.data(), elements.size_bytes());
    return push_scalar(static_cast<uint32_t>(elements.size()));
  }
  // One vector of bytes, from parts that follow each other.
  Offset bytes(std::span<const std::span<const uint8_t>> parts);
  // Of tables or strings.
  Offset references(std::span<const Offset> elements);

  // Fields of one table; nothing else may be written before its end(). The largest fields first
  // waste the least. Fields are named by their VT_ constants.
  class Table {
   public:
    explicit Table(FlatWriter& writer) : writer_(writer), start_(writer.used_) {}
    template <class T>
    void scalar(uint16_t field, T value, T default_value = {}) {
      if (value == default_value) return;
      writer_.align(0, sizeof value);
      note(field, writer_.push_scalar(value));
    }
    void reference(uint16_t field, Offset target) {
      if (target != 0) note(field, writer_.push_reference(target));
    }
    Offset end();

   private:
    static constexpr int kMaxFields = 12;
    void note(uint16_t field, Offset where);

    FlatWriter& writer_;
    Offset start_;
    Offset where_[kMaxFields] = {};
    int fields_ = 0;
  };

  // With this table as root, after an identifier of four characters if there is one. Empty when
  // something did not fit.
  std::span<const uint8_t> finish(Offset root, const char* identifier = nullptr);

 private:
  // Pads, so that after `bytes` more the position is a multiple of `alignment`.
  void align(size_t bytes, size_t alignment);
  Offset push(const void* bytes, size_t size);
  template <class T>
  Offset push_scalar(T value) {
    return push(&value, sizeof value);
  }
  Offset push_reference(Offset target);

  std::span<uint8_t> room_;
  Offset used_ = 0;
  size_t alignment_ = sizeof(uint32_t);  // the largest so far
  bool fits_ = true;
};

}  // namespace solder::protocol
