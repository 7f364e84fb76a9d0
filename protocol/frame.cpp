#include "protocol/frame.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "protocol/crc32.h"

namespace solder::protocol {

static_assert(std::endian::native == std::endian::little, "headers are copied as they lie");

bool Receiver::feed(uint8_t byte) {
  if (byte == 0 && end_segment()) return true;
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
    is_bare_ = false;
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
  uint32_t decoded = 0;
  uint32_t crc = 0;
  const auto check = [&](uint8_t byte) {
    ++decoded;
    crc = crc32({&byte, 1}, crc);
  };
  if (!cobs_decode(segment, check) || crc != kCrc32Residue ||
      decoded < sizeof(FrameHeader) + kCrcBytes || decoded > kMaxFrame) {
    ++damaged_frames_;
    return false;
  }
  uint8_t* out = buffer_;  // at or before where it is read
  cobs_decode(segment, [&out](uint8_t byte) { *out++ = byte; });
  std::memcpy(&frame_.header, buffer_, sizeof(FrameHeader));
  frame_.payload =
      std::span(buffer_).subspan(sizeof(FrameHeader), decoded - sizeof(FrameHeader) - kCrcBytes);
  size_ = segment_ = 0;
  is_bare_ = false;
  return true;
}

std::span<const uint8_t> Receiver::bare_message() {
  const std::span<const uint8_t> message(buffer_, is_bare_ && !is_full_ ? size_ : 0);
  if (size_ > 0 && !is_bare_) ++damaged_frames_;
  size_ = segment_ = 0;
  is_full_ = false;
  is_bare_ = true;
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
