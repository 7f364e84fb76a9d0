// A debugger on a TCP port, as the session sees it.
#pragma once

#include <memory>
#include <string>

#include "simulator/boards/board.h"
#include "simulator/console/endpoint.h"
#include "simulator/gdb/stub.h"

namespace simulator {

class GdbServer {
 public:
  /// The core is halted until a debugger has come over `endpoint` and lets it go on.
  GdbServer(Board& board, std::unique_ptr<Endpoint> endpoint)
      : board_(board), endpoint_(std::move(endpoint)), stub_(board) {}

  /// Serves the debugger for as long as the core is halted. False when the simulation shall end:
  /// the debugger has killed it, or Board::request_stop() was called.
  bool wait_while_halted();
  /// Board::run() or step() for a while, as the debugger wants.
  RunResult advance(const RunLimits& limits);
  /// Takes what has arrived while the core was running.
  void poll();
  /// The core stands still for the debugger, so its last result is not the end.
  [[nodiscard]] bool halted() const { return stub_.state() == GdbStub::State::kHalted; }
  [[nodiscard]] bool attached() const { return stub_.state() != GdbStub::State::kDetached; }
  void ended(int exit_code) { send(stub_.exited(exit_code)); }
  [[nodiscard]] int descriptor() const { return endpoint_->descriptor(); }

 private:
  void send(const std::string& bytes) {
    if (!bytes.empty()) endpoint_->write(bytes);
  }

  Board& board_;
  std::unique_ptr<Endpoint> endpoint_;
  GdbStub stub_;
};

}  // namespace simulator
