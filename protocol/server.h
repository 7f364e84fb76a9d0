// The board's end: executes each request once, however often it arrives, and answers.
#pragma once

#include <cstdint>

#include "protocol/flat_writer.h"
#include "protocol/frame.h"
#include "protocol/service.h"

namespace solder::protocol {

class Server {
 public:
  // `reply`: memory for the last reply. `put` sends one byte.
  constexpr Server(Service& service, OutgoingFrame& reply, void (*put)(void* context, uint8_t byte),
                   void* context = nullptr)
      : service_(service), reply_(reply), put_(put), context_(context) {}

  void handle(const Frame& frame, uint32_t damaged_frames = 0);

 private:
  void execute(const Frame& frame);
  FlatWriter::Offset write_reply(FlatWriter& writer, const messages::Message& message);
  FlatWriter::Offset fail(FlatWriter& writer, const Failure& failure);
  FlatWriter::Offset fail(FlatWriter& writer, messages::ErrorCode code, const char* message,
                          int64_t detail = 0);
  FlatWriter::Offset done_or_fail(FlatWriter& writer, const Failure& failure);

  FlatWriter::Offset info(FlatWriter& writer);
  FlatWriter::Offset write(FlatWriter& writer, const messages::WriteRequest& request);
  FlatWriter::Offset invoke(FlatWriter& writer, const messages::InvokeRequest& request);
  FlatWriter::Offset read(FlatWriter& writer, const messages::ReadRequest& request);
  FlatWriter::Offset profile(FlatWriter& writer, const messages::ProfileRequest& request);
  FlatWriter::Offset data(FlatWriter& writer, std::span<const uint8_t> bytes);

  void send(const OutgoingFrame& frame);
  void send_notice(FrameKind kind, const FrameHeader& about);

  Service& service_;
  OutgoingFrame& reply_;  // the last one, for when its request comes again
  void (*put_)(void* context, uint8_t byte);
  void* context_;

  messages::Reply reply_type_ = messages::Reply_NONE;
  uint32_t damaged_frames_ = 0;
  bool has_session_ = false;
  bool has_outputs_ = false;  // the outputs belong to the last inference
};

}  // namespace solder::protocol
