#include "firmware/app/line_reader.h"

namespace firmware {

bool LineReader::poll(uint32_t now_ms) {
  if (is_complete_) {
    is_complete_ = false;
    length_ = 0;
  }
  for (uint8_t byte; !is_complete_ && read(port_, byte);) {
    last_byte_ms_ = now_ms;
    if (byte == '\r' || byte == '\n') {
      is_complete_ = length_ > 0;
      continue;
    }
    if (length_ < kMaxLength) text_[length_] = static_cast<char>(byte);
    if (length_ <= kMaxLength) ++length_;
    text_[length_ < kMaxLength ? length_ : kMaxLength] = '\0';
  }
  if (!is_complete_) is_complete_ = length_ > 0 && ends(now_ms - last_byte_ms_);
  return is_complete_;
}

bool LineReader::ends(uint32_t silence_ms) const {
  if (silence_ms >= kLongSilenceMs) return true;
  return silence_ms >= kSilenceMs && !is_too_long() && is_command_(text_);
}

}  // namespace firmware
