// Frames on the wire, see SPEC.md: 0, the COBS encoding of header, payload and CRC-32, 0.
#pragma once

#include <cstdint>
#include <span>

#include "protocol/cobs.h"

namespace solder::protocol {

inline constexpr uint8_t kVersion = 1;
inline constexpr uint32_t kMaxPayload = 4096;
// Bytes of a tensor or file that one message takes with certainty.
inline constexpr uint32_t kMaxData = 4000;

enum class FrameKind : uint8_t {
  kRequest = 1,  // payload: a Message with a request
  kReply = 2,    // payload: a Message with a reply; ends the request of its session and sequence
  kWorking = 3,  // no payload: the request has arrived, its reply will take a while
  kUnknownSession = 4,  // no payload: the board knows nothing of this session: start a new one
  kOtherVersion = 5,    // no payload: the board speaks the version in this header alone
};

// As it lies in a frame, little-endian.
struct FrameHeader {
  uint8_t version;
  FrameKind kind;
  uint16_t sequence;  // of a request within its session, from 0, wrapping; a reply repeats it
  uint32_t session;   // chosen by the computer, at random, for each connection

  bool operator==(const FrameHeader&) const = default;
};
static_assert(sizeof(FrameHeader) == 8);

inline constexpr uint32_t kCrcBytes = 4;
inline constexpr uint32_t kMaxFrame = sizeof(FrameHeader) + kMaxPayload + kCrcBytes;

struct Frame {
  FrameHeader header;
  std::span<const uint8_t> payload;  // aligned to 8 bytes
};

// Finds messages in a stream of bytes: frames, and between silences bare messages, which are the
// article's. Whatever else arrives is dropped.
class Receiver {
 public:
  // True when this byte completes a frame; frame() is it until the next call.
  bool feed(uint8_t byte);
  const Frame& frame() const { return frame_; }

  // What has arrived since the last silence, unless frames were among it: the begin of a bare
  // message, or all of it.
  std::span<const uint8_t> pending() const { return {buffer_, is_framed_ || is_full_ ? 0 : size_}; }
  // The line has been silent for so long that a bare message would be complete: takes it. Valid
  // until the next call.
  std::span<const uint8_t> bare_message();

  // Byte sequences that looked like frames but were damaged, and what came without its end.
  uint32_t damaged_frames() const { return damaged_frames_; }

 private:
  static constexpr uint32_t kCapacity = cobs_size(kMaxFrame) + 1;

  // Of a segment, the bytes since the last zero, as they come: nothing is left to do at its end.
  struct Check {
    uint32_t crc = 0, decoded = 0;
    uint8_t run_left = 0;
    bool is_zero_due = false;

    void feed(uint8_t encoded);
    void count(uint8_t decoded_byte);
    bool is_frame() const;
  };

  bool end_segment();
  void append(uint8_t byte);

  // All zero at first, so that it takes no flash.
  alignas(8) uint8_t buffer_[kCapacity] = {};
  uint32_t size_ = 0;
  uint32_t segment_ = 0;  // where what follows the last zero begins
  Check check_;
  bool is_full_ = false;    // the segment did not fit and is skipped
  bool is_framed_ = false;  // what came since the last silence is no bare message
  uint32_t damaged_frames_ = 0;
  Frame frame_{};
};

// Calls put(uint8_t) for every byte on the wire of a frame that is header, payload and checksum.
template <class Put>
void send_frame(std::span<const uint8_t> frame, Put put) {
  put(uint8_t{0});
  cobs_encode(frame, put);
  put(uint8_t{0});
}

// A frame with a payload, to send, and to send again.
class OutgoingFrame {
 public:
  // Where to put a payload: it ends where this ends, so build it from the end.
  std::span<uint8_t, kMaxPayload> payload_room() {
    return std::span(bytes_).subspan<sizeof(FrameHeader), kMaxPayload>();
  }
  void finish(const FrameHeader& header, uint32_t payload_bytes);

  // All zero before the first finish().
  const FrameHeader& header() const { return header_; }
  // Header, payload and checksum.
  std::span<const uint8_t> bytes() const { return std::span(bytes_).last(size_); }

 private:
  alignas(8) uint8_t bytes_[kMaxFrame] = {};
  uint32_t size_ = 0;
  FrameHeader header_{};
};

// A frame without a payload.
struct Notice {
  explicit Notice(const FrameHeader& header);
  alignas(8) uint8_t bytes[sizeof(FrameHeader) + kCrcBytes];
};

}  // namespace solder::protocol
