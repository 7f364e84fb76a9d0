// A line to a board: a serial port, a pseudo-terminal, or TCP.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>

namespace solder::client {

// One line: what is wrong with which port, and what to do.
struct PortError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class Port {
 public:
  virtual ~Port() = default;
  // What has arrived, at most room.size() bytes; waits for the first of them. 0: nothing in time.
  // Throws PortError when the line is gone.
  virtual size_t read(std::span<uint8_t> room, int timeout_ms) = 0;
  // All of it. Throws PortError when the line is gone.
  virtual void write(std::span<const uint8_t> bytes) = 0;
  // Bits a second, of which a byte takes ten; 0 where that is no limit. It says how patient to be.
  [[nodiscard]] virtual uint32_t baud() const = 0;
  // As the user named it.
  [[nodiscard]] virtual const std::string& name() const = 0;
};

inline constexpr uint32_t kDefaultBaud = 115200;

// `where`: "tcp:HOST:PORT", behind which a line of `baud` is thought to be, or the path of a serial
// port or pseudo-terminal, which is used at `baud`, 8N1, by nobody else meanwhile. Throws
// PortError.
std::unique_ptr<Port> open_port(const std::string& where, uint32_t baud = kDefaultBaud);

}  // namespace solder::client
