// What the STM32F746 data sheet allows of clocks, voltage and wait states.
#pragma once

#include <string>
#include <vector>

#include "simulator/peripherals/rcc.h"

namespace simulator {

/// One line for each limit that the settings break; empty when they are legal.
std::vector<std::string> broken_clock_rules(const ClockTree& clocks, unsigned voltage_scale,
                                            bool over_drive, unsigned flash_wait_states);

}  // namespace simulator
