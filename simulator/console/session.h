// Runs a board with its UARTs connected to the host, until there is nothing left to do.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "simulator/boards/board.h"
#include "simulator/console/endpoint.h"
#include "simulator/gdb/server.h"

namespace simulator {

class Session {
 public:
  explicit Session(Board& board) : board_(board) {}

  /// Connects a USART, "USART6" say. The first one connected is the console.
  void connect(const std::string& usart, std::unique_ptr<Endpoint> endpoint);
  /// Text for the console, sent at line rate when the firmware has started and is quiet.
  void send(std::string text) { to_send_ = std::move(text); }
  /// Simulated milliseconds after which to stop. Without it the session lasts until the console's
  /// input has ended and the firmware is quiet, or until interrupted.
  void set_duration(double milliseconds) { duration_ = milliseconds; }
  /// Simulated time never runs ahead of the host's. Without this it does while the board computes,
  /// and while nobody can type.
  void set_real_time(bool real_time) { real_time_ = real_time; }
  /// The session lasts as long as a debugger is attached, whatever becomes of the firmware.
  void attach_debugger(std::unique_ptr<Endpoint> endpoint) {
    debugger_ = std::make_unique<GdbServer>(board_, std::move(endpoint));
  }

  /// Time limit, quiet end and request_stop() alike come back as the board's last result.
  RunResult run();

 private:
  struct Line {
    Usart* usart;
    std::unique_ptr<Endpoint> endpoint;
    std::string output;
  };
  RunResult run_to_end();
  void run_slice(double until);
  void write_output();
  void read_input();
  void send_line();
  void wait();
  [[nodiscard]] bool quiet(double busy_silence) const;
  [[nodiscard]] bool input_may_come() const;
  [[nodiscard]] bool paced() const;

  Board& board_;
  std::vector<Line> lines_;
  std::string to_send_;
  std::optional<double> duration_;
  RunResult result_{};
  double last_byte_ms_ = 0;     // simulated time of the last byte in or out
  bool mostly_asleep_ = false;  // over the last slice
  bool sent_ = false;
  bool real_time_ = false;
  std::unique_ptr<GdbServer> debugger_;
  std::optional<double> host_start_ms_;  // host time at simulated time 0, while in step
};

}  // namespace simulator
