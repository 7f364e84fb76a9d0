// The N25Q128A, 16 MB of NOR flash with four data lines, as far as reading it goes. Micron's data
// sheet "N25Q128A, 3V, Multiple I/O Serial Flash Memory".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace simulator {

/// One transfer over the bus, as its master forms it.
struct SerialCommand {
  std::uint8_t instruction = 0;
  unsigned address_lines = 0;  ///< 0: no address
  unsigned data_lines = 0;     ///< 0: no data
  unsigned dummy_clocks = 0;
  std::uint32_t address = 0;
};

/// Commands take no time. Programming and erasing are not modelled.
class N25q128 {
 public:
  static constexpr std::uint32_t kSize = 16 << 20;
  static constexpr std::uint32_t kHighestHz = 108'000'000;

  /// `contents`: kSize bytes that outlive it.
  explicit N25q128(const std::uint8_t* contents) : contents_(contents) {}

  /// What it answers with, `size` bytes.
  std::vector<std::uint8_t> read(const SerialCommand& command, std::uint32_t size) const;
  /// A command without data, or with data for it. False when it does not know the instruction.
  bool write(const SerialCommand& command, const std::vector<std::uint8_t>& data);
  /// Why it would answer this command, meant to read its contents, with garbage; or nothing.
  [[nodiscard]] std::optional<std::string> misread(const SerialCommand& command) const;

 private:
  void reset();
  [[nodiscard]] unsigned dummy_clocks(const SerialCommand& reading) const;

  static constexpr std::uint8_t kVolatileDefault = 0xFB, kEnhancedDefault = 0xDF;
  const std::uint8_t* contents_;
  std::uint8_t volatile_ = kVolatileDefault;  // dummy clocks in its upper half
  std::uint8_t enhanced_ = kEnhancedDefault;
  bool write_enabled_ = false, reset_enabled_ = false;
};

}  // namespace simulator
