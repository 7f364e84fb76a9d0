// Commands as they come over a serial port. A command ends at CR, LF or, because the article's
// client sends no line end, after a short silence when what stands there is a command already.
// Anything else is given up after a longer silence, so that typing by hand works too.
#pragma once

#include <cstdint>

#include "firmware/hal/serial.h"

namespace firmware {

class LineReader {
 public:
  static constexpr uint32_t kMaxLength = 63;
  static constexpr uint32_t kSilenceMs = 10, kLongSilenceMs = 2000;

  constexpr LineReader(SerialPort& port, bool (*is_command)(const char*))
      : port_(port), is_command_(is_command) {}

  // True when a line is complete; text() is valid until the next poll.
  bool poll(uint32_t now_ms);
  const char* text() const { return text_; }
  // The line did not fit; text() is its beginning.
  bool is_too_long() const { return length_ > kMaxLength; }

 private:
  bool ends(uint32_t silence_ms) const;

  SerialPort& port_;
  bool (*is_command_)(const char*);
  char text_[kMaxLength + 1] = {};
  uint32_t length_ = 0;  // of the line as sent
  uint32_t last_byte_ms_ = 0;
  bool is_complete_ = false;
};

}  // namespace firmware
