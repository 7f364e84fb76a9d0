// The devices of the memory map and the way from an address to their registers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "simulator/peripherals/diagnostics.h"

namespace simulator {

/// A block of 32-bit registers. Offsets are multiples of 4 from the block's base address.
class Peripheral {
 public:
  virtual ~Peripheral() = default;
  virtual std::uint32_t read(std::uint32_t offset) = 0;
  virtual void write(std::uint32_t offset, std::uint32_t value) = 0;
  /// Back to the state after a system reset.
  virtual void reset() = 0;
  /// For a register that hands on as many bytes as are asked for, 1, 2 or 4: nothing or false for
  /// others.
  virtual std::optional<std::uint32_t> read_fifo(std::uint32_t /*offset*/, std::uint32_t /*size*/) {
    return std::nullopt;
  }
  virtual bool write_fifo(std::uint32_t /*offset*/, std::uint32_t /*size*/,
                          std::uint32_t /*value*/) {
    return false;
  }
};

/// Where a peripheral's clock is switched: some bits of an RCC enable register.
struct ClockGate {
  const std::uint32_t* enable_register = nullptr;  ///< null: always clocked
  std::uint32_t mask = 0;
  [[nodiscard]] bool open() const { return !enable_register || (*enable_register & mask); }
};

class Bus {
 public:
  struct Device {
    std::string name;
    std::uint32_t base;
    std::uint32_t size;  ///< bytes
    Peripheral* peripheral;
    ClockGate gate;
  };

  explicit Bus(Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

  /// The peripheral lives as long as the bus. Without its clock it reads as 0, ignores writes, and
  /// the access is reported once.
  void add(std::string name, std::uint32_t base, std::uint32_t size, Peripheral& peripheral,
           ClockGate gate = {});
  [[nodiscard]] const std::vector<Device>& devices() const { return devices_; }

  /// Reads 1, 2 or 4 bytes; nothing when no device answers there.
  std::optional<std::uint32_t> read(std::uint32_t address, std::uint32_t size);
  /// Writes 1, 2 or 4 bytes; a narrow write leaves the rest of its register as it reads.
  bool write(std::uint32_t address, std::uint32_t size, std::uint32_t value);
  void reset();

 private:
  const Device* find(std::uint32_t address);
  bool clocked(const Device& device);

  Diagnostics& diagnostics_;
  std::vector<Device> devices_;
  const Device* last_ = nullptr;
};

}  // namespace simulator
