#include "simulator/gdb/server.h"

#include <poll.h>

namespace simulator {

bool GdbServer::wait_while_halted() {
  constexpr int kLookAgainMs = 100;  // at request_stop()
  for (;;) {
    poll();
    if (stub_.state() == GdbStub::State::kKilled || board_.stop_requested()) return false;
    if (!halted()) return true;
    pollfd watched{endpoint_->descriptor(), POLLIN, 0};
    ::poll(&watched, 1, kLookAgainMs);
  }
}

RunResult GdbServer::advance(const RunLimits& limits) {
  const RunResult result = stub_.wants_step() ? board_.step(limits) : board_.run(limits);
  send(stub_.progressed(result));
  return result;
}

void GdbServer::poll() {
  if (const std::string bytes = endpoint_->read(); !bytes.empty()) send(stub_.receive(bytes));
}

}  // namespace simulator
