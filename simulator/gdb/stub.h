// The target's end of the GDB remote serial protocol: bytes in, bytes out. Knows no sockets.
//
// "Debugging with GDB", appendix E, in all-stop mode with one thread. The core is halted or goes
// on; while it goes on the owner runs or steps the board and reports each result.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/boards/board.h"
#include "simulator/gdb/packet.h"

namespace simulator {

class GdbStub {
 public:
  enum class State {
    kHalted,
    kRunning,
    kStepping,
    kDetached,  ///< runs without a debugger; the next packet halts it
    kKilled,    ///< the debugger wants the simulation to end
  };

  /// Halted before the first instruction.
  explicit GdbStub(Board& board) : board_(board) {}

  [[nodiscard]] State state() const { return state_; }
  /// The board shall step once, not run: the debugger steps, or leaves a breakpoint.
  [[nodiscard]] bool wants_step() const { return state_ == State::kStepping || leaves_breakpoint_; }
  /// Takes bytes from the debugger; returns what to send. Anything may come: what is no packet is
  /// passed over, unknown packets get the empty reply, malformed ones an error.
  std::string receive(std::string_view bytes);
  /// Takes what Board::run() or step() returned; returns what to send.
  std::string progressed(const RunResult& result);
  /// The simulation ends with this exit code: what to send.
  std::string exited(int code);

 private:
  std::string handle(std::string_view packet);
  std::string handle_query(std::string_view packet);
  std::string handle_resume(std::string_view packet);
  std::string handle_breakpoint(std::string_view packet);
  std::string handle_watchpoint(bool insert, const Watchpoint& watchpoint);
  std::string read_registers() const;
  std::string write_registers(std::string_view hex);
  std::string read_register(std::string_view packet) const;
  std::string write_register(std::string_view packet);
  std::string read_memory(std::string_view packet);
  std::string write_memory(std::string_view packet, bool binary);
  std::string read_description(std::string_view packet) const;
  std::string command(std::string_view hex);
  std::string resume(bool step);
  std::string halt(std::string_view reply, std::string_view text = {});
  void detach();
  std::string send(std::string_view data);

  Board& board_;
  PacketReader reader_;
  State state_ = State::kHalted;
  bool acknowledge_ = true;
  bool leaves_breakpoint_ = false;  // running, but first past the breakpoint at pc
  std::string stop_reply_ = "S05";
  std::string last_sent_;
  std::optional<std::uint32_t> bkpt_;  // the BKPT instruction that has stopped the core
  std::set<std::uint32_t> breakpoints_;
  std::vector<Watchpoint> watchpoints_;
};

}  // namespace simulator
