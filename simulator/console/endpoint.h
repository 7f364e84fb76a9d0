// Where the host's end of a UART leads: this terminal, a pseudo-terminal, or a TCP port.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace simulator {

class Endpoint {
 public:
  virtual ~Endpoint() = default;
  /// What has arrived since the last call; never waits.
  virtual std::string read() = 0;
  virtual void write(std::string_view bytes) = 0;
  /// Nothing will ever arrive again (end of a file or pipe).
  [[nodiscard]] virtual bool ended() const { return false; }
  /// What poll() should watch for input; -1 for none.
  [[nodiscard]] virtual int descriptor() const = 0;
  /// Somebody may type at any time, as opposed to a file or pipe that is read when it suits.
  [[nodiscard]] virtual bool interactive() const = 0;
  /// How to reach it, for the user; empty when that is plain.
  [[nodiscard]] virtual std::string address() const { return {}; }
};

/// `where` is "stdio", "pty" or "tcp:PORT" (this computer only; port 0 picks a free one). Throws
/// std::runtime_error with one line that says what is wrong.
std::unique_ptr<Endpoint> make_endpoint(const std::string& where);

}  // namespace simulator
