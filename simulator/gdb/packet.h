// Packets of the GDB remote serial protocol ("Debugging with GDB", appendix E.1): `$data#checksum`.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace simulator {

/// Bytes of a packet's data that we take; told to GDB as PacketSize.
inline constexpr std::size_t kPacketSize = 0x4000;

/// Cuts what arrives into packets. Whatever is no packet is passed over.
class PacketReader {
 public:
  enum class Kind {
    kPacket,
    kDamaged,     ///< wrong checksum, or longer than kPacketSize
    kAck,         ///< `+`
    kRetransmit,  ///< `-`
    kInterrupt,   ///< Ctrl-C
  };
  struct Item {
    Kind kind;
    std::string data;  ///< of a packet, escapes undone
  };

  void feed(std::string_view bytes) { buffer_ += bytes; }
  /// The next complete item, if there is one.
  std::optional<Item> next();

 private:
  std::string buffer_;
};

/// The packet that carries `data`, escaped where it must be.
std::string frame(std::string_view data);

std::string to_hex(std::span<const std::uint8_t> bytes);
std::string to_hex(std::string_view text);
/// Nothing when `hex` has an odd length or other characters.
std::optional<std::vector<std::uint8_t>> from_hex(std::string_view hex);

/// Reads fields off the front of a packet.
class PacketFields {
 public:
  explicit PacketFields(std::string_view text) : rest_(text) {}
  /// A hexadecimal number of up to 32 bits.
  std::optional<std::uint32_t> number();
  /// Passes over `expected`; false when something else comes.
  bool skip(std::string_view expected);
  [[nodiscard]] std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

}  // namespace simulator
