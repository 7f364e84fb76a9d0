// USART of the ISR/ICR/RDR/TDR generation, RM0385 chapter 31, in asynchronous mode.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "simulator/peripherals/bus.h"
#include "simulator/timing/clock.h"

namespace simulator {

class Usart final : public Peripheral {
 public:
  struct Connections {
    std::function<std::uint32_t()> kernel_hz;  ///< the USART's clock, in Hz
    std::function<void(bool)> interrupt;       ///< level of the interrupt line
  };

  Usart(std::string name, Clock& clock, Connections connections);

  std::uint32_t read(std::uint32_t offset) override;
  void write(std::uint32_t offset, std::uint32_t value) override;
  void reset() override;

  // The host's end of the line.
  /// Called for each byte when its stop bit has left the board.
  void on_transmit(std::function<void(std::uint8_t)> action) { transmit_ = std::move(action); }
  /// Queues bytes for the board. They arrive at line rate once the receiver is enabled.
  void feed(std::string_view bytes);
  /// Bytes fed but not yet received.
  [[nodiscard]] std::size_t unreceived() const { return incoming_.size(); }
  [[nodiscard]] bool receiver_enabled() const;
  /// A byte is on its way out, or waits to be.
  [[nodiscard]] bool transmitting() const { return sent_.armed(); }
  /// Bytes lost to ORE since power-on.
  [[nodiscard]] std::uint64_t overruns() const { return overruns_; }

  /// Bit/s that the other end of the line speaks; 0 when it takes any.
  void set_far_end_baud(std::uint32_t baud) { far_end_baud_ = baud; }
  [[nodiscard]] std::uint32_t far_end_baud() const { return far_end_baud_; }
  /// Line rate that the firmware has set, in bit/s; 0 before it has.
  [[nodiscard]] double baud() const;
  /// Called when the first byte after enabling is about to go out (true) or come in (false).
  void on_first_byte(std::function<void(bool transmit)> action) { first_ = std::move(action); }
  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  [[nodiscard]] bool transmitter_enabled() const;
  [[nodiscard]] std::uint32_t divider() const;
  [[nodiscard]] Cycle frame_cycles() const;
  [[nodiscard]] std::uint32_t isr() const;
  [[nodiscard]] std::uint8_t data_mask() const;
  void control_changed();
  void update_interrupt();
  void start_frame(Cycle now);
  void frame_sent(Cycle now);
  void line_event(Cycle now);
  void receive(std::uint8_t byte);

  enum class Line { kQuiet, kByte, kGap };  // kGap: the frame time after a byte, before IDLE

  const std::string name_;
  Clock& clock_;
  Connections connections_;
  std::function<void(std::uint8_t)> transmit_;
  std::function<void(bool)> first_;
  Event sent_;
  Event line_;
  Line line_state_ = Line::kQuiet;

  std::uint32_t cr1_ = 0, cr2_ = 0, cr3_ = 0, brr_ = 0, gtpr_ = 0, rtor_ = 0;
  std::uint32_t flags_ = 0;  // ISR: ORE, IDLE, RXNE, TC, TXE
  std::uint8_t rdr_ = 0, tdr_ = 0, shift_ = 0;
  bool announced_transmit_ = false, announced_receive_ = false;
  std::deque<std::uint8_t> incoming_;
  std::uint64_t overruns_ = 0;
  std::uint32_t far_end_baud_ = 0;
};

}  // namespace simulator
