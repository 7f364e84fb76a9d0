// What a board offers to the apps. Every image links exactly one implementation, from boards/.
#pragma once

#include <cstdint>

namespace firmware {

extern const char* const kBoardName;

// Clocks, caches, counters and serial ports; an app calls it first.
void init_board();

uint32_t core_clock_hz();
// Counts at core_clock_hz() and wraps: differences are right up to 2^32 cycles.
uint32_t cycles();
// Since init_board(); wraps after 49 days.
uint32_t milliseconds();

// Sleeps until something may have happened, a millisecond at most.
void idle();
// As after power-on; never returns.
[[noreturn]] void restart();
// The program is done: tells a debugger or emulator, never returns.
[[noreturn]] void stop(bool success);

}  // namespace firmware
