// The STM32F746G-Discovery, from its user manual UM1907.
#include "simulator/boards/description.h"

namespace simulator {
namespace {

constexpr SerialPort kSerialPorts[] = {
    // usart   where                             baud      transmit      receive
    {"USART6", "Arduino pins D1 (TX), D0 (RX)", 115200, {'C', 6, 8}, {'C', 7, 8}},
    {"UART7", "Arduino pins A4 (TX), A5 (RX)", 115200, {'F', 7, 8}, {'F', 6, 8}},
    {"USART1", "ST-LINK virtual COM port", 115200, {'A', 9, 7}, {'B', 7, 7}},
};

constexpr DrivenPin kDrivenPins[] = {
    {'I', 11, false, "blue user button, not pressed"},
};

constexpr QspiPin kQspiPins[] = {
    {"CLK", {'B', 2, 9}},  {"NCS", {'B', 6, 10}}, {"IO0", {'D', 11, 9}},
    {"IO1", {'D', 12, 9}}, {"IO2", {'E', 2, 9}},  {"IO3", {'D', 13, 9}},
};

constexpr BoardDescription kBoards[] = {
    {"stm32f746g-disco", "STM32F746G-Discovery", 25'000'000, 0x00200000, kSerialPorts, kDrivenPins,
     kQspiPins},
};

}  // namespace

std::span<const BoardDescription> all_boards() { return kBoards; }

const BoardDescription* find_board(std::string_view name) {
  for (const BoardDescription& board : kBoards) {
    if (board.name == name) return &board;
  }
  return nullptr;
}

}  // namespace simulator
