#include "protocol/requester.h"

#include <algorithm>

namespace solder::protocol {

Patience patience_for(uint32_t baud) {
  constexpr uint32_t kBitsOfTwoFrames = 2 * 10 * cobs_size(kMaxFrame);
  const uint32_t wire_ms = baud > 0 ? 1000 * kBitsOfTwoFrames / baud : 0;
  Patience patience;
  patience.retry_ms += wire_ms;
  patience.longest_retry_ms += wire_ms;
  return patience;
}

void Requester::begin(uint32_t session) {
  session_ = session;
  sequence_ = 0;
  state_ = kIdle;
}

void Requester::start(uint32_t payload_bytes, uint32_t now_ms) {
  request_.finish({.version = kVersion,
                   .kind = FrameKind::kRequest,
                   .sequence = sequence_++,
                   .session = session_},
                  payload_bytes);
  state_ = kWaiting;
  is_working_ = false;
  attempts_ = 0;
  started_ms_ = now_ms;
  send(now_ms);
}

void Requester::send(uint32_t now_ms) {
  ++attempts_;
  sent_ms_ = now_ms;
  send_frame(request_.bytes(), [this](uint8_t byte) { put_(context_, byte); });
}

bool Requester::feed(uint8_t byte, uint32_t now_ms) {
  if (!receiver_.feed(byte) || state_ != kWaiting) return false;
  const FrameHeader& header = receiver_.frame().header;
  if (header.session != session_ || header.sequence != request_.header().sequence) return false;
  switch (header.kind) {
    case FrameKind::kReply:
      state_ = kReplied;
      return true;
    case FrameKind::kWorking:
      is_working_ = true;
      sent_ms_ = now_ms;
      return false;
    case FrameKind::kUnknownSession:
      state_ = kUnknownSession;
      return true;
    case FrameKind::kOtherVersion:
      state_ = kOtherVersion;
      board_version_ = header.version;
      return true;
    case FrameKind::kRequest:
      break;  // an echo of our own
  }
  return false;
}

uint32_t Requester::wait_ms() const {
  if (is_working_) return patience_.working_ms;
  uint32_t wait = patience_.retry_ms;
  for (uint32_t i = 1; i < attempts_ && wait < patience_.longest_retry_ms; ++i) wait *= 2;
  return std::min(wait, patience_.longest_retry_ms);
}

void Requester::poll(uint32_t now_ms) {
  if (state_ != kWaiting) return;
  const bool is_late = is_working_ ? now_ms - started_ms_ >= patience_.working_limit_ms
                                   : attempts_ >= patience_.attempts;
  if (now_ms - sent_ms_ < wait_ms()) return;
  if (is_late) {
    state_ = kSilent;
    return;
  }
  ++retries_;
  send(now_ms);
}

}  // namespace solder::protocol
