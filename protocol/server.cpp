#include "protocol/server.h"

#include <algorithm>
#include <cstring>

#include "protocol/crc32.h"

namespace solder::protocol {
namespace {

using Offset = FlatWriter::Offset;

constexpr uint32_t kMaxTensors = 16;  // of a model, that are listed
constexpr uint32_t kMaxSlots = 4;
constexpr uint32_t kStepsAtOnce = 64;

// A request that changes nothing, and so may begin a session: an old frame that turns up late
// does no harm then.
bool may_begin_session(const Frame& frame, const messages::Message& message) {
  return frame.header.sequence == 0 && message.request_type() == messages::Request_InfoRequest;
}

bool takes_long(messages::Request request) {
  return request == messages::Request_InvokeRequest ||
         request == messages::Request_UploadBeginRequest ||
         request == messages::Request_UploadCommitRequest;
}

// Null unless it is well formed. A union may name a table and have none.
const messages::Message* read_message(std::span<const uint8_t> payload) {
  flatbuffers::Verifier verifier(payload.data(), payload.size());
  if (!messages::VerifyMessageBuffer(verifier)) return nullptr;
  const messages::Message* message = messages::GetMessage(payload.data());
  return message->request() != nullptr ? message : nullptr;
}

std::span<const uint8_t> span_of(const flatbuffers::Vector<uint8_t>* vector) {
  return vector ? std::span(vector->data(), vector->size()) : std::span<const uint8_t>();
}

// Null unless all of it lies within `data`.
uint8_t* part_of(std::span<uint8_t> data, uint32_t offset, size_t size) {
  return offset <= data.size() && size <= data.size() - offset ? data.data() + offset : nullptr;
}

Offset write_tensor(FlatWriter& writer, const Port& port) {
  const Offset name = writer.string(port.name);
  const Offset shape =
      writer.vector(std::span(port.shape.dims, static_cast<size_t>(port.shape.rank)));
  using Table = messages::Tensor;
  FlatWriter::Table table(writer);
  table.reference(Table::VT_NAME, name);
  table.reference(Table::VT_SHAPE, shape);
  table.scalar(Table::VT_SCALE, port.scale);
  table.scalar(Table::VT_ZERO_POINT, port.zero_point);
  table.scalar(Table::VT_BYTES, static_cast<uint32_t>(port.data.size()));
  table.scalar(Table::VT_TYPE, static_cast<int8_t>(port.type));
  return table.end();
}

}  // namespace

void Server::handle(const Frame& frame, uint32_t damaged_frames) {
  damaged_frames_ = damaged_frames;
  const FrameHeader& header = frame.header;
  if (header.kind != FrameKind::kRequest) return;
  if (header.version != kVersion) return send_notice(FrameKind::kOtherVersion, header);
  const FrameHeader& last = reply_.header();
  if (has_session_ && header.session == last.session) {
    if (header.sequence == last.sequence) return send(reply_);
    if (header.sequence != static_cast<uint16_t>(last.sequence + 1)) return;  // late or repeated
    return execute(frame);
  }
  const auto* message = read_message(frame.payload);
  if (message == nullptr || !may_begin_session(frame, *message))
    return send_notice(FrameKind::kUnknownSession, header);
  has_session_ = true;
  has_outputs_ = false;
  execute(frame);
}

void Server::execute(const Frame& frame) {
  const auto* message = read_message(frame.payload);
  if (message != nullptr && takes_long(message->request_type()))
    send_notice(FrameKind::kWorking, frame.header);
  FlatWriter writer(reply_.payload_room());
  const Offset reply =
      message ? write_reply(writer, *message)
              : fail(writer, messages::ErrorCode_UNKNOWN_REQUEST, "the message is malformed");
  FlatWriter::Table table(writer);
  table.reference(messages::Message::VT_REPLY, reply);
  table.scalar(messages::Message::VT_REPLY_TYPE, static_cast<uint8_t>(reply_type_));
  const auto payload = writer.finish(table.end(), messages::MessageIdentifier());
  FrameHeader header = frame.header;
  header.kind = FrameKind::kReply;
  reply_.finish(header, static_cast<uint32_t>(payload.size()));
  send(reply_);
  if (message != nullptr && message->request_type() == messages::Request_ResetRequest)
    service_.reset();
}

Offset Server::write_reply(FlatWriter& writer, const messages::Message& message) {
  switch (message.request_type()) {
    case messages::Request_InfoRequest:
      return info(writer);
    case messages::Request_WriteRequest:
      return write(writer, *message.request_as_WriteRequest());
    case messages::Request_InvokeRequest:
      return invoke(writer, *message.request_as_InvokeRequest());
    case messages::Request_ReadRequest:
      return read(writer, *message.request_as_ReadRequest());
    case messages::Request_ProfileRequest:
      return profile(writer, *message.request_as_ProfileRequest());
    case messages::Request_EchoRequest:
      return data(writer, span_of(message.request_as_EchoRequest()->data()));
    case messages::Request_UploadBeginRequest: {
      const auto& upload = *message.request_as_UploadBeginRequest();
      has_outputs_ = false;
      return done_or_fail(writer, service_.begin_upload(upload.bytes(), upload.crc32()));
    }
    case messages::Request_UploadWriteRequest: {
      const auto& upload = *message.request_as_UploadWriteRequest();
      return done_or_fail(writer, service_.write_upload(upload.offset(), span_of(upload.data())));
    }
    case messages::Request_UploadCommitRequest:
      return done_or_fail(writer, service_.commit_upload());
    case messages::Request_ResetRequest:
      return done_or_fail(writer, {});
    default:
      return fail(writer, messages::ErrorCode_UNKNOWN_REQUEST,
                  "this firmware does not know the request");
  }
}

Offset Server::info(FlatWriter& writer) {
  Offset tensors[2][kMaxTensors];
  const uint32_t counts[2] = {std::min(service_.input_count(), kMaxTensors),
                              std::min(service_.output_count(), kMaxTensors)};
  for (uint32_t i = 0; i < counts[0]; ++i) tensors[0][i] = write_tensor(writer, service_.input(i));
  for (uint32_t i = 0; i < counts[1]; ++i) tensors[1][i] = write_tensor(writer, service_.output(i));

  const ModelInfo model = service_.model();
  Offset model_offset = 0;
  if (model.name != nullptr) {
    const Offset name = writer.string(model.name);
    const Offset inputs = writer.references(std::span(tensors[0], counts[0]));
    const Offset outputs = writer.references(std::span(tensors[1], counts[1]));
    FlatWriter::Table table(writer);
    table.reference(messages::Model::VT_NAME, name);
    table.reference(messages::Model::VT_INPUTS, inputs);
    table.reference(messages::Model::VT_OUTPUTS, outputs);
    table.scalar(messages::Model::VT_ARENA_BYTES, model.arena_bytes);
    table.scalar(messages::Model::VT_STEPS, model.steps);
    model_offset = table.end();
  }

  Offset slots[kMaxSlots];
  const uint32_t slot_count = std::min(service_.slot_count(), kMaxSlots);
  for (uint32_t i = 0; i < slot_count; ++i) {
    const SlotInfo slot = service_.slot(i);
    FlatWriter::Table table(writer);
    table.scalar(messages::Slot::VT_CAPACITY, slot.capacity);
    table.scalar(messages::Slot::VT_BYTES, slot.bytes);
    table.scalar(messages::Slot::VT_CRC32, slot.crc32);
    table.scalar(messages::Slot::VT_STATE, static_cast<int8_t>(slot.state));
    slots[i] = table.end();
  }
  const Offset slot_vector = writer.references(std::span(slots, slot_count));

  const BoardInfo board = service_.board();
  const Offset board_name = writer.string(board.board);
  const Offset firmware = writer.string(board.firmware);
  const Offset door = writer.string(board.door);
  const Offset problem = writer.string(model.problem);
  FlatWriter::Table table(writer);
  using Info = messages::InfoReply;
  table.reference(Info::VT_BOARD, board_name);
  table.reference(Info::VT_FIRMWARE, firmware);
  table.reference(Info::VT_DOOR, door);
  table.scalar(Info::VT_CORE_CLOCK_HZ, board.core_clock_hz);
  table.scalar(Info::VT_LOST_BYTES, board.lost_bytes);
  table.scalar(Info::VT_DAMAGED_FRAMES, damaged_frames_);
  table.reference(Info::VT_MODEL, model_offset);
  table.reference(Info::VT_PROBLEM, problem);
  table.reference(Info::VT_SLOTS, slot_vector);
  reply_type_ = messages::Reply_InfoReply;
  return table.end();
}

Offset Server::write(FlatWriter& writer, const messages::WriteRequest& request) {
  const auto bytes = span_of(request.data());
  if (request.input() >= service_.input_count())
    return fail(writer, messages::ErrorCode_BAD_RANGE, "there is no such input:", request.input());
  uint8_t* to = part_of(service_.input(request.input()).data, request.offset(), bytes.size());
  if (to == nullptr)
    return fail(writer, messages::ErrorCode_BAD_RANGE, "the input ends before offset",
                int64_t{request.offset()} + static_cast<int64_t>(bytes.size()));
  has_outputs_ = false;  // inputs and outputs may share memory
  std::copy(bytes.begin(), bytes.end(), to);
  return done_or_fail(writer, {});
}

Offset Server::invoke(FlatWriter& writer, const messages::InvokeRequest& request) {
  const ModelInfo model = service_.model();
  if (model.name == nullptr) return fail(writer, messages::ErrorCode_NO_MODEL, model.problem);
  auto given = span_of(request.inputs());
  uint32_t input_bytes = 0;
  for (uint32_t i = 0; i < service_.input_count(); ++i)
    input_bytes += static_cast<uint32_t>(service_.input(i).data.size());
  if (request.inputs() != nullptr && given.size() != input_bytes)
    return fail(writer, messages::ErrorCode_WRONG_INPUT,
                "the inputs have another size; together they take", input_bytes);
  has_outputs_ = false;
  uint32_t crc = 0;
  for (uint32_t i = 0; i < service_.input_count(); ++i) {
    const auto data = service_.input(i).data;
    if (!given.empty()) {
      std::copy_n(given.begin(), data.size(), data.begin());
      given = given.subspan(data.size());
    }
    crc = crc32(data, crc);
  }
  if (crc != request.input_crc32())
    return fail(writer, messages::ErrorCode_WRONG_INPUT,
                "the inputs here have another checksum: write all of them before each inference");
  const uint32_t cycles = service_.invoke();
  has_outputs_ = true;

  std::span<const uint8_t> parts[kMaxTensors];
  const uint32_t count = service_.output_count();
  size_t output_bytes = 0;
  for (uint32_t i = 0; i < std::min(count, kMaxTensors); ++i) {
    parts[i] = service_.output(i).data;
    output_bytes += parts[i].size();
  }
  Offset outputs = 0;
  if (count <= kMaxTensors && output_bytes <= kMaxData) outputs = writer.bytes({parts, count});
  FlatWriter::Table table(writer);
  table.scalar(messages::InvokeReply::VT_CYCLES, cycles);
  table.reference(messages::InvokeReply::VT_OUTPUTS, outputs);
  reply_type_ = messages::Reply_InvokeReply;
  return table.end();
}

Offset Server::read(FlatWriter& writer, const messages::ReadRequest& request) {
  if (request.output() >= service_.output_count())
    return fail(writer, messages::ErrorCode_BAD_RANGE,
                "there is no such output:", request.output());
  if (!has_outputs_)
    return fail(writer, messages::ErrorCode_NO_OUTPUT,
                "nothing was computed since the inputs were written");
  const uint8_t* from =
      part_of(service_.output(request.output()).data, request.offset(), request.size());
  if (from == nullptr || request.size() > kMaxData)
    return fail(writer, messages::ErrorCode_BAD_RANGE,
                "the output ends before, or a frame cannot hold, bytes up to",
                int64_t{request.offset()} + request.size());
  return data(writer, {from, request.size()});
}

Offset Server::profile(FlatWriter& writer, const messages::ProfileRequest& request) {
  const uint32_t total = service_.model().steps;
  Offset steps[kStepsAtOnce];
  uint32_t count = 0;
  for (uint32_t i = request.first(); i < total && count < kStepsAtOnce; ++i) {
    const StepTime step = service_.step_time(i);
    const Offset type = writer.string(step.type, 32);
    FlatWriter::Table table(writer);
    table.reference(messages::StepTime::VT_TYPE, type);
    table.scalar(messages::StepTime::VT_OPERATOR_INDEX, step.operator_index);
    table.scalar(messages::StepTime::VT_CYCLES, step.cycles);
    steps[count++] = table.end();
  }
  const Offset vector = writer.references(std::span(steps, count));
  FlatWriter::Table table(writer);
  table.scalar(messages::ProfileReply::VT_TOTAL_STEPS, total);
  table.reference(messages::ProfileReply::VT_STEPS, vector);
  reply_type_ = messages::Reply_ProfileReply;
  return table.end();
}

Offset Server::data(FlatWriter& writer, std::span<const uint8_t> bytes) {
  const Offset vector = writer.vector(bytes);
  FlatWriter::Table table(writer);
  table.reference(messages::DataReply::VT_DATA, vector);
  reply_type_ = messages::Reply_DataReply;
  return table.end();
}

Offset Server::done_or_fail(FlatWriter& writer, const Failure& failure) {
  if (failure) return fail(writer, failure);
  reply_type_ = messages::Reply_DoneReply;
  return FlatWriter::Table(writer).end();
}

Offset Server::fail(FlatWriter& writer, messages::ErrorCode code, const char* message,
                    int64_t detail) {
  return fail(writer, {code, {.message = message, .detail = detail}});
}

Offset Server::fail(FlatWriter& writer, const Failure& failure) {
  constexpr size_t kLongestMessage = 256;
  const Offset message = writer.string(failure.error.message, kLongestMessage);
  FlatWriter::Table table(writer);
  using Error = messages::ErrorReply;
  table.scalar(Error::VT_DETAIL, failure.error.detail);
  table.reference(Error::VT_MESSAGE, message);
  table.scalar(Error::VT_OPERATOR_INDEX, failure.error.operator_index, int32_t{-1});
  table.scalar(Error::VT_CODE, static_cast<int8_t>(failure.code));
  reply_type_ = messages::Reply_ErrorReply;
  return table.end();
}

void Server::send(const OutgoingFrame& frame) {
  send_frame(frame.bytes(), [this](uint8_t byte) { put_(context_, byte); });
}

void Server::send_notice(FrameKind kind, const FrameHeader& about) {
  const Notice notice(
      {.version = kVersion, .kind = kind, .sequence = about.sequence, .session = about.session});
  send_frame(notice.bytes, [this](uint8_t byte) { put_(context_, byte); });
}

}  // namespace solder::protocol
