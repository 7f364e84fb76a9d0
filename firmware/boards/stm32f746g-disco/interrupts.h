// Between the files of this board: who handles which interrupt, and what starts it.
#pragma once

namespace firmware {

void start_serial_ports();
void handle_usart6();
void handle_uart7();

}  // namespace firmware
