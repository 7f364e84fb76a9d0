#include "protocol/flat_writer.h"

#include <cassert>

namespace solder::protocol {

FlatWriter::Offset FlatWriter::string(const char* text, size_t longest) {
  if (text == nullptr) return 0;
  const auto* end = static_cast<const char*>(std::memchr(text, '\0', longest));
  const size_t length = end ? static_cast<size_t>(end - text) : longest;
  align(length + 1, sizeof(uint32_t));
  push("", 1);
  push(text, length);
  return push_scalar(static_cast<uint32_t>(length));
}

FlatWriter::Offset FlatWriter::bytes(std::span<const std::span<const uint8_t>> parts) {
  size_t size = 0;
  for (const auto& part : parts) size += part.size();
  align(size, sizeof(uint32_t));
  for (size_t i = parts.size(); i-- > 0;) push(parts[i].data(), parts[i].size());
  return push_scalar(static_cast<uint32_t>(size));
}

FlatWriter::Offset FlatWriter::references(std::span<const Offset> elements) {
  align(0, sizeof(uint32_t));
  for (size_t i = elements.size(); i-- > 0;) push_reference(elements[i]);
  return push_scalar(static_cast<uint32_t>(elements.size()));
}

void FlatWriter::Table::note(uint16_t field, Offset where) {
  const int index = field / 2 - 2;  // after the sizes of vtable and table
  assert(0 <= index && index < kMaxFields);
  where_[index] = where;
  fields_ = std::max(fields_, index + 1);
}

// The table begins with how far behind its vtable lies; the vtable comes right before it.
FlatWriter::Offset FlatWriter::Table::end() {
  writer_.align(0, sizeof(int32_t));
  const auto vtable_bytes = static_cast<uint16_t>((fields_ + 2) * 2);
  const Offset table = writer_.push_scalar(static_cast<int32_t>(vtable_bytes));
  for (int i = fields_; i-- > 0;)
    writer_.push_scalar(static_cast<uint16_t>(where_[i] ? table - where_[i] : 0));
  writer_.push_scalar(static_cast<uint16_t>(table - start_));
  writer_.push_scalar(vtable_bytes);
  return table;
}

std::span<const uint8_t> FlatWriter::finish(Offset root, const char* identifier) {
  const size_t identifier_bytes = identifier ? 4 : 0;
  align(sizeof(uint32_t) + identifier_bytes, std::max(alignment_, sizeof(uint64_t)));
  if (identifier) push(identifier, identifier_bytes);
  push_reference(root);
  return fits_ ? room_.last(used_) : std::span<const uint8_t>();
}

void FlatWriter::align(size_t bytes, size_t alignment) {
  alignment_ = std::max(alignment_, alignment);
  constexpr uint8_t kZeros[8] = {};
  push(kZeros, (0 - (used_ + bytes)) & (alignment - 1));
}

FlatWriter::Offset FlatWriter::push(const void* bytes, size_t size) {
  if (size > room_.size() - used_) fits_ = false;
  if (!fits_) return used_;
  used_ += static_cast<Offset>(size);
  if (size > 0) std::memcpy(room_.data() + (room_.size() - used_), bytes, size);
  return used_;
}

// Offsets count from where they lie.
FlatWriter::Offset FlatWriter::push_reference(Offset target) {
  align(0, sizeof(uint32_t));
  return push_scalar(static_cast<uint32_t>(used_ + sizeof(uint32_t) - target));
}

}  // namespace solder::protocol
