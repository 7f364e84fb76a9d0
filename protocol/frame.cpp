#include "protocol/frame.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "protocol/crc32.h"

namespace solder::protocol {

static_assert(std::endian::native == std::endian::little, "headers are copied as they lie");

void Receiver::Check::feed(uint8_t encoded) {
  if (run_left > 0) {
    --run_left;
    return count(encoded);
  }
  if (is_zero_due) count(0);
  run_left = static_cast<uint8_t>(encoded - 1);
  is_zero_due = encoded != 255;
}

void Receiver::Check::count(uint8_t decoded_byte) {
  ++decoded;
  crc = crc32({&decoded_byte, 1}, crc);
}

bool Receiver::Check::is_frame() const {
  return run_left == 0 && crc == kCrc32Residue && decoded >= sizeof(FrameHeader) + kCrcBytes &&
         decoded <= kMaxFrame;
}

bool Receiver::feed(uint8_t byte) {
  if (byte == 0) {
    if (size_ == 0) is_framed_ = true;  // a bare message does not begin with zero, a frame does
    const bool is_frame = end_segment();
    check_ = {};
    if (is_frame) return true;
  } else {
    check_.feed(byte);
  }
  append(byte);
  if (byte == 0) segment_ = size_;
  return false;
}

void Receiver::append(uint8_t byte) {
  if (is_full_ && byte == 0) {
    is_full_ = false;
    ++damaged_frames_;
    return;
  }
  if (is_full_) return;
  if (size_ == kCapacity) {
    // A frame may follow bytes that were none: those go.
    is_framed_ = true;
    std::copy(buffer_ + segment_, buffer_ + size_, buffer_);
    size_ -= segment_;
    segment_ = 0;
    if (size_ == kCapacity) {
      size_ = 0;
      is_full_ = true;
      return;
    }
  }
  buffer_[size_++] = byte;
}

// A zero has come: what lies before it may be a frame.
bool Receiver::end_segment() {
  const std::span segment = std::span(buffer_).subspan(segment_, size_ - segment_);
  if (is_full_ || segment.empty()) return false;
  if (!check_.is_frame()) {
    if (is_framed_) ++damaged_frames_;
    return false;
  }
  uint8_t* out = buffer_;  // at or before where it is read
  cobs_decode(segment, [&out](uint8_t byte) { *out++ = byte; });
  std::memcpy(&frame_.header, buffer_, sizeof(FrameHeader));
  frame_.payload = std::span(buffer_).subspan(sizeof(FrameHeader),
                                              check_.decoded - sizeof(FrameHeader) - kCrcBytes);
  size_ = segment_ = 0;
  is_framed_ = true;
  return true;
}

std::span<const uint8_t> Receiver::bare_message() {
  const std::span<const uint8_t> message = pending();
  if (size_ > 0 && is_framed_) ++damaged_frames_;
  size_ = segment_ = 0;
  check_ = {};
  is_full_ = false;
  is_framed_ = false;
  return message;
}

namespace {

// Fills in what surrounds the payload.
void seal(std::span<uint8_t> frame, const FrameHeader& header) {
  std::memcpy(frame.data(), &header, sizeof header);
  const auto content = frame.first(frame.size() - kCrcBytes);
  const uint32_t crc = crc32(content);
  std::memcpy(content.data() + content.size(), &crc, sizeof crc);
}

}  // namespace

void OutgoingFrame::finish(const FrameHeader& header, uint32_t payload_bytes) {
  header_ = header;
  size_ = static_cast<uint32_t>(sizeof header) + payload_bytes + kCrcBytes;
  seal(std::span(bytes_).last(size_), header);
}

Notice::Notice(const FrameHeader& header) { seal(bytes, header); }

}  // namespace solder::protocol
