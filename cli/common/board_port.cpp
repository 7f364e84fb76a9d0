#include "cli/common/board_port.h"

#include <algorithm>

#include "simulator/timing/cortex_m7.h"

namespace solder::cli {

BoardPort::BoardPort(simulator::Board& board, const std::string& usart)
    : board_(board), usart_(board.serial(usart)), name_(usart) {
  usart_.on_transmit([this](uint8_t byte) {
    arrived_.push_back(byte);
    last_byte_ms_ = board_.milliseconds();
  });
}

void BoardPort::run_slice() {
  constexpr double kSliceMs = 0.5;
  const simulator::RunResult result = board_.run({.milliseconds = kSliceMs});
  if (result.failed() || board_.fault_count() > 0)
    throw client::PortError("the firmware has failed: " + result.explanation +
                            board_.describe_state());
}

size_t BoardPort::read(std::span<uint8_t> room, int timeout_ms) {
  const double end = board_.milliseconds() + timeout_ms;
  while (arrived_.empty() && board_.milliseconds() < end) run_slice();
  const size_t size = std::min(room.size(), arrived_.size());
  std::copy_n(arrived_.begin(), size, room.begin());
  arrived_.erase(arrived_.begin(), arrived_.begin() + static_cast<ptrdiff_t>(size));
  bytes_read_ += size;
  return size;
}

void BoardPort::write(std::span<const uint8_t> bytes) {
  constexpr size_t kMostUnreceived = 1 << 14;
  usart_.feed({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  bytes_written_ += bytes.size();
  while (usart_.unreceived() > kMostUnreceived) run_slice();
}

namespace {

class VirtualBoard final : public client::Port {
 public:
  explicit VirtualBoard(const std::filesystem::path& image)
      : board_(*simulator::find_board("stm32f746g-disco"), simulator::Image::load(image),
               std::make_unique<simulator::CortexM7Timing>()),
        line_(board_) {}

  size_t read(std::span<uint8_t> room, int timeout_ms) override {
    return line_.read(room, timeout_ms);
  }
  void write(std::span<const uint8_t> bytes) override { line_.write(bytes); }
  uint32_t baud() const override { return line_.baud(); }
  const std::string& name() const override { return line_.name(); }

 private:
  simulator::Board board_;
  BoardPort line_;
};

}  // namespace

std::unique_ptr<client::Port> open_virtual_board(const std::filesystem::path& image) {
  return std::make_unique<VirtualBoard>(image);
}

}  // namespace solder::cli
