// The line to a virtual board in this process: no thread, no clock on the wall; the board runs
// while somebody waits for its bytes.
#pragma once

#include <deque>
#include <filesystem>
#include <memory>

#include "client/port.h"
#include "simulator/boards/board.h"

namespace solder::cli {

class BoardPort final : public client::Port {
 public:
  // The board must outlive the port.
  explicit BoardPort(simulator::Board& board, const std::string& usart = "UART7");

  size_t read(std::span<uint8_t> room, int timeout_ms) override;
  // Like a serial port, lets the line come near what it was given before.
  void write(std::span<const uint8_t> bytes) override;
  uint32_t baud() const override { return 0; }
  const std::string& name() const override { return name_; }

  // Simulated time at which the last byte left the board.
  double last_byte_ms() const { return last_byte_ms_; }
  size_t bytes_written() const { return bytes_written_; }
  size_t bytes_read() const { return bytes_read_; }

 private:
  void run_slice();

  simulator::Board& board_;
  simulator::Usart& usart_;
  std::string name_;
  std::deque<uint8_t> arrived_;
  double last_byte_ms_ = 0;
  size_t bytes_written_ = 0, bytes_read_ = 0;
};

// A board of its own with this firmware image, switched on. Throws std::runtime_error that names
// the image.
std::unique_ptr<client::Port> open_virtual_board(const std::filesystem::path& image);

}  // namespace solder::cli
