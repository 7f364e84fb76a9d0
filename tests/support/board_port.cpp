#include "tests/support/board_port.h"

#include <algorithm>

namespace solder::tests {

BoardPort::BoardPort(simulator::Board& board, const std::string& usart)
    : board_(board), usart_(board.serial(usart)), name_(usart) {
  usart_.on_transmit([this](uint8_t byte) {
    arrived_.push_back(byte);
    last_byte_ms_ = board_.milliseconds();
  });
}

size_t BoardPort::read(std::span<uint8_t> room, int timeout_ms) {
  constexpr double kSliceMs = 0.5;
  const double end = board_.milliseconds() + timeout_ms;
  while (arrived_.empty() && board_.milliseconds() < end) {
    const simulator::RunResult result = board_.run({.milliseconds = kSliceMs});
    if (result.failed() || board_.fault_count() > 0)
      throw client::PortError(result.explanation + board_.describe_state());
  }
  const size_t size = std::min(room.size(), arrived_.size());
  std::copy_n(arrived_.begin(), size, room.begin());
  arrived_.erase(arrived_.begin(), arrived_.begin() + static_cast<ptrdiff_t>(size));
  bytes_read_ += size;
  return size;
}

void BoardPort::write(std::span<const uint8_t> bytes) {
  usart_.feed({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  bytes_written_ += bytes.size();
}

}  // namespace solder::tests
