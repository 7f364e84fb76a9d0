#pragma once

#include <cstdint>
#include <vector>

namespace simulator {

/// Takes the stores that the core makes to flash.
class FlashStores {
 public:
  virtual ~FlashStores() = default;
  /// Whether the address is in this flash.
  [[nodiscard]] virtual bool holds(std::uint32_t address) const = 0;
  /// Whether flash takes a store of `size` bytes now (unlocked, PG set, PSIZE fits).
  virtual bool accepts(std::uint32_t address, std::uint32_t size) = 0;
  /// The store has been made as if to RAM; `before` are the bytes from `address` up to then.
  virtual void stored(std::uint32_t address, const std::vector<std::uint8_t>& before) = 0;
};

}  // namespace simulator
