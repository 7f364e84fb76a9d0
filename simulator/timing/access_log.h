// What the core read and wrote, in program order: the engine writes it, a timing model reads it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace simulator {

struct LoggedAccess {
  std::uint32_t address;
  std::uint16_t size;  ///< bytes; a multiple transfer comes as several accesses
  bool store;
};

/// The accesses since the model last took them. A block makes a bounded number of them.
class AccessLog {
 public:
  void add(LoggedAccess access) {
    if (size_ < kCapacity) entries_[size_++] = access;
  }
  [[nodiscard]] std::span<const LoggedAccess> entries() const { return {entries_.data(), size_}; }
  void clear() { size_ = 0; }
  /// Forgets the first `count`.
  void drop(std::size_t count);

 private:
  // More than the longest block of the longest instructions: 1024 half-words of STM with 13.
  static constexpr std::size_t kCapacity = 1 << 14;
  std::vector<LoggedAccess> entries_ = std::vector<LoggedAccess>(kCapacity);
  std::size_t size_ = 0;
};

inline void AccessLog::drop(std::size_t count) {
  for (std::size_t i = count; i < size_; ++i) entries_[i - count] = entries_[i];
  size_ -= count;
}

}  // namespace simulator
