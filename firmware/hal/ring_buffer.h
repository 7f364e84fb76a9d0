// Bytes between one writer and one reader, one of which may be an interrupt handler.
#pragma once

#include <atomic>
#include <cstdint>

namespace firmware {

class RingBuffer {
 public:
  // The size of `storage` is a power of two.
  template <uint32_t kSize>
  constexpr explicit RingBuffer(uint8_t (&storage)[kSize]) : storage_(storage), mask_(kSize - 1) {
    static_assert(kSize > 0 && (kSize & (kSize - 1)) == 0);
  }

  bool is_empty() const {
    return head_.load(std::memory_order_acquire) == tail_.load(std::memory_order_acquire);
  }
  // False when full.
  bool put(uint8_t byte) {
    const uint32_t head = head_.load(std::memory_order_relaxed);
    if (head - tail_.load(std::memory_order_acquire) > mask_) return false;
    storage_[head & mask_] = byte;
    head_.store(head + 1, std::memory_order_release);
    return true;
  }
  // False when empty.
  bool get(uint8_t& byte) {
    const uint32_t tail = tail_.load(std::memory_order_relaxed);
    if (head_.load(std::memory_order_acquire) == tail) return false;
    byte = storage_[tail & mask_];
    tail_.store(tail + 1, std::memory_order_release);
    return true;
  }

 private:
  uint8_t* storage_;
  uint32_t mask_;
  // Bytes ever put and got: they wrap, their difference does not.
  std::atomic<uint32_t> head_ = 0, tail_ = 0;
};

}  // namespace firmware
