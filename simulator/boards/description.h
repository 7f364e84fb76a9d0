// What differs from board to board of one microcontroller.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace simulator {

struct Pin {
  char port;          ///< 'A' to 'K'
  unsigned number;    ///< 0 to 15
  unsigned function;  ///< alternate function, 0 to 15
};

/// A USART that leads to a connector.
struct SerialPort {
  std::string_view usart;  ///< "USART6"
  std::string_view where;
  std::uint32_t baud;  ///< bit/s that the other end speaks, unless told otherwise
  Pin transmit, receive;
};

/// A pin that something on the board drives.
struct DrivenPin {
  char port;
  unsigned number;
  bool high;
  std::string_view what;
};

/// A pin of the QSPI flash, which the firmware must give to QUADSPI.
struct QspiPin {
  std::string_view name;
  Pin pin;
};

struct BoardDescription {
  std::string_view name;  ///< as on the command line
  std::string_view title;
  std::uint32_t hse_hz;        ///< the external oscillator
  std::uint32_t boot_address;  ///< of the vector table, as the option bytes choose it
  std::span<const SerialPort> serial_ports;
  std::span<const DrivenPin> driven_pins;
  std::span<const QspiPin> qspi_pins;
};

/// The board of that name, or null.
const BoardDescription* find_board(std::string_view name);
/// Every board.
std::span<const BoardDescription> all_boards();

}  // namespace simulator
