// The computer's end: sends a request until its reply has come. Knows nothing of ports, threads or
// clocks: whoever uses it moves the bytes and says what time it is.
//
//   Requester requester(session, put, context);
//   fill requester.payload_room(), then requester.start(payload_bytes, now)
//   while (requester.state() == kWaiting) { feed what arrives; requester.poll(now); }
#pragma once

#include <cstdint>

#include "protocol/frame.h"

namespace solder::protocol {

// Times in milliseconds; they wrap.
struct Patience {
  uint32_t retry_ms = 300;           // without any answer, until the request is sent again; doubles
  uint32_t longest_retry_ms = 2000;  // up to this: a line may be slower than it seems
  uint32_t working_ms = 2000;        // the same, once the board has said that it works on it
  uint32_t attempts = 5;             // sent so often, with no answer at all, the board is silent
  uint32_t working_limit_ms = 60'000;  // what takes longer has failed
};

// For a line of so many bits a second, 0 where that is no limit: time for both ways on the wire,
// and to think.
Patience patience_for(uint32_t baud);

class Requester {
 public:
  enum State : uint8_t {
    kIdle,
    kWaiting,
    kReplied,         // reply() is there until the next feed()
    kSilent,          // nobody answers
    kUnknownSession,  // the board was reset, or serves somebody else: begin(a new session)
    kOtherVersion,    // board_version() is not kVersion
  };

  Requester(const Patience& patience, void (*put)(void* context, uint8_t byte), void* context)
      : patience_(patience), put_(put), context_(context) {}

  // The first request of a session must be an InfoRequest.
  void begin(uint32_t session);
  std::span<uint8_t, kMaxPayload> payload_room() { return request_.payload_room(); }
  // The last `payload_bytes` of payload_room() are the request.
  void start(uint32_t payload_bytes, uint32_t now_ms);

  // Returns whether the state has changed.
  bool feed(uint8_t byte, uint32_t now_ms);
  void poll(uint32_t now_ms);

  State state() const { return state_; }
  std::span<const uint8_t> reply() const { return receiver_.frame().payload; }
  uint8_t board_version() const { return board_version_; }
  // Requests that were sent again, since the begin of time.
  uint32_t retries() const { return retries_; }
  uint32_t damaged_frames() const { return receiver_.damaged_frames(); }

 private:
  void send(uint32_t now_ms);
  uint32_t wait_ms() const;

  Patience patience_;
  void (*put_)(void* context, uint8_t byte);
  void* context_;
  Receiver receiver_;
  OutgoingFrame request_;
  State state_ = kIdle;
  uint32_t session_ = 0;
  uint16_t sequence_ = 0;
  uint8_t board_version_ = kVersion;
  bool is_working_ = false;
  uint32_t attempts_ = 0, retries_ = 0;
  uint32_t started_ms_ = 0, sent_ms_ = 0;
};

}  // namespace solder::protocol
