// Memory that the caller owns, handed out from both ends: what stays (plans, tables) grows down
// from the top, what is needed only while preparing grows up from the bottom and is then dropped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>

namespace solder {

// Every tensor and table starts at a multiple of this many bytes.
inline constexpr uint32_t kArenaAlignment = 16;

class Arena {
 public:
  // `memory` is used from its first address that is a multiple of kArenaAlignment.
  Arena(void* memory, size_t bytes) {
    const auto address = reinterpret_cast<uintptr_t>(memory);
    const size_t skipped = (kArenaAlignment - address % kArenaAlignment) % kArenaAlignment;
    if (bytes < skipped) return;
    base_ = static_cast<uint8_t*>(memory) + skipped;
    top_ = size_ = (bytes - skipped) / kArenaAlignment * kArenaAlignment;
  }

  uint8_t* base() const { return base_; }
  size_t size() const { return size_; }
  bool holds(const void* address) const {
    const auto* byte = static_cast<const uint8_t*>(address);
    return byte >= base_ && byte < base_ + size_;
  }
  size_t permanent_bytes() const { return size_ - top_; }
  // What was missing when an allocation failed.
  size_t bytes_missing() const { return missing_; }

  // Zero-initialised array of plain structs, or null when the arena is too small.
  template <class T>
  T* allocate_permanent(size_t count) {
    const size_t bytes = rounded<T>(count);
    if (bytes > top_ - bottom_) return fail<T>(bytes);
    top_ -= bytes;
    return construct<T>(base_ + top_, count);
  }
  template <class T>
  T* allocate_temporary(size_t count) {
    const size_t bytes = rounded<T>(count);
    if (bytes > top_ - bottom_) return fail<T>(bytes);
    bottom_ += bytes;
    return construct<T>(base_ + bottom_ - bytes, count);
  }
  void release_temporary() { bottom_ = 0; }

 private:
  template <class T>
  static size_t rounded(size_t count) {
    static_assert(alignof(T) <= kArenaAlignment);
    return (count * sizeof(T) + kArenaAlignment - 1) / kArenaAlignment * kArenaAlignment;
  }
  template <class T>
  static T* construct(uint8_t* at, size_t count) {
    T* first = reinterpret_cast<T*>(at);
    for (size_t i = 0; i < count; ++i) new (first + i) T{};
    return first;
  }
  template <class T>
  T* fail(size_t bytes) {
    missing_ = bytes - (top_ - bottom_);
    return nullptr;
  }

  uint8_t* base_ = nullptr;
  size_t size_ = 0, top_ = 0, bottom_ = 0, missing_ = 0;
};

}  // namespace solder
