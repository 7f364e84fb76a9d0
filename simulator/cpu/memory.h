// The board's memories: buffers of the host that the core maps at one or more addresses.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace simulator {

/// A memory as the core sees it at one address. Aliases share their bytes.
struct MemoryRegion {
  std::string name;
  std::uint32_t base;
  std::uint32_t size;  ///< bytes, a multiple of 1024
  bool writable;       ///< by plain stores; flash is not
  std::uint8_t* bytes;
  std::string silent = {};  ///< why accesses find nothing there now; empty: they find it

  [[nodiscard]] bool contains(std::uint32_t address, std::uint32_t length) const {
    return address >= base && length <= size && address - base <= size - length;
  }
};

class Memory {
 public:
  /// Adds a memory filled with `fill`. Regions must not overlap.
  void add(std::string name, std::uint32_t base, std::uint32_t size, bool writable,
           std::uint8_t fill = 0);
  /// Shows the region that starts at `of` at `base` too.
  void alias(std::string name, std::uint32_t base, std::uint32_t of);

  /// From now on accesses to the region at `base` find nothing, for the reason `why`; empty: they
  /// find it again.
  void silence(std::uint32_t base, std::string why);

  [[nodiscard]] const std::vector<MemoryRegion>& regions() const { return regions_; }
  /// The region that holds all of [address, address + length), silent ones too, or null.
  [[nodiscard]] const MemoryRegion* place(std::uint32_t address, std::uint32_t length = 1) const;
  /// The same of those that accesses find.
  [[nodiscard]] const MemoryRegion* find(std::uint32_t address, std::uint32_t length = 1) const;
  /// The bytes of [address, address + length), or null when they are not within one memory.
  [[nodiscard]] std::uint8_t* at(std::uint32_t address, std::uint32_t length) const;

  /// The little-endian word at `address`, if there is memory.
  [[nodiscard]] std::optional<std::uint32_t> read_word(std::uint32_t address) const;
  /// False when there is no writable memory at `address`.
  bool write_word(std::uint32_t address, std::uint32_t value);

 private:
  std::vector<MemoryRegion> regions_;
  std::vector<std::unique_ptr<std::uint8_t[]>> buffers_;
};

}  // namespace simulator
