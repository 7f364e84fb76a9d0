#include "simulator/gdb/packet.h"

#include <fmt/format.h>

#include <charconv>

namespace simulator {
namespace {

constexpr char kEscape = '}';
constexpr char kEscapeBit = 0x20;

std::uint8_t checksum(std::string_view raw) {
  unsigned sum = 0;
  for (const char c : raw) sum += static_cast<std::uint8_t>(c);
  return static_cast<std::uint8_t>(sum);
}

std::string unescape(std::string_view raw) {
  std::string out;
  for (std::size_t i = 0; i < raw.size(); ++i) {
    const bool escaped = raw[i] == kEscape && i + 1 < raw.size();
    out += escaped ? static_cast<char>(raw[++i] ^ kEscapeBit) : raw[i];
  }
  return out;
}

}  // namespace

std::optional<PacketReader::Item> PacketReader::next() {
  constexpr std::string_view kStarts = "$+-\x03";
  buffer_.erase(0, std::min(buffer_.find_first_of(kStarts), buffer_.size()));
  if (buffer_.empty()) return std::nullopt;
  if (buffer_[0] != '$') {
    const Kind kind = buffer_[0] == '+'   ? Kind::kAck
                      : buffer_[0] == '-' ? Kind::kRetransmit
                                          : Kind::kInterrupt;
    buffer_.erase(0, 1);
    return Item{kind, {}};
  }
  const std::size_t hash = buffer_.find('#');
  if (std::min(hash, buffer_.size()) > 2 * kPacketSize) {  // escapes may double the length
    buffer_.erase(0, hash);
    return Item{Kind::kDamaged, {}};
  }
  if (hash == std::string::npos || hash + 2 >= buffer_.size()) return std::nullopt;
  const std::string raw = buffer_.substr(1, hash - 1);
  const auto sum = from_hex(std::string_view(buffer_).substr(hash + 1, 2));
  buffer_.erase(0, hash + 3);
  if (!sum || (*sum)[0] != checksum(raw)) return Item{Kind::kDamaged, {}};
  return Item{Kind::kPacket, unescape(raw)};
}

std::string frame(std::string_view data) {
  std::string raw;
  for (const char c : data) {
    if (c == '$' || c == '#' || c == '*' || c == kEscape) {
      raw += kEscape;
      raw += static_cast<char>(c ^ kEscapeBit);
    } else {
      raw += c;
    }
  }
  return fmt::format("${}#{:02x}", raw, checksum(raw));
}

std::string to_hex(std::span<const std::uint8_t> bytes) {
  std::string out;
  for (const std::uint8_t byte : bytes) out += fmt::format("{:02x}", byte);
  return out;
}

std::string to_hex(std::string_view text) {
  return to_hex(std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
}

std::optional<std::vector<std::uint8_t>> from_hex(std::string_view hex) {
  if (hex.size() % 2 != 0) return std::nullopt;
  std::vector<std::uint8_t> out(hex.size() / 2);
  for (std::size_t i = 0; i < out.size(); ++i) {
    const char* digits = hex.data() + 2 * i;
    if (std::from_chars(digits, digits + 2, out[i], 16).ptr != digits + 2) return std::nullopt;
  }
  return out;
}

std::optional<std::uint32_t> PacketFields::number() {
  std::uint32_t value = 0;
  const char* begin = rest_.data();
  const auto [end, error] = std::from_chars(begin, begin + rest_.size(), value, 16);
  if (error != std::errc()) return std::nullopt;
  rest_.remove_prefix(static_cast<std::size_t>(end - begin));
  return value;
}

bool PacketFields::skip(std::string_view expected) {
  if (!rest_.starts_with(expected)) return false;
  rest_.remove_prefix(expected.size());
  return true;
}

}  // namespace simulator
