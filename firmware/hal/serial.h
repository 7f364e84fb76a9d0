// The serial ports of a board. What arrives is kept while the program is busy, up to the size of
// the port's buffer.
#pragma once

#include <cstdint>

namespace firmware {

struct SerialPort;
extern SerialPort console;   // for people: ASCII commands
extern SerialPort messages;  // for programs: binary messages

// False when nothing has arrived.
bool read(SerialPort& port, uint8_t& byte);
// Waits while the port's buffer is full.
void write(SerialPort& port, uint8_t byte);
// Waits until everything has left the wire.
void drain(SerialPort& port);
// Received bytes that found no room.
uint32_t lost_bytes(const SerialPort& port);

// For fault handlers: needs no interrupts, and first sends what is still buffered. Drops the byte
// when the console is not set up yet.
void write_console_polled(uint8_t byte);

}  // namespace firmware
