// The computer's end of a line to a board (protocol/SPEC.md). The page moves the bytes, says what
// time it is, and asks one thing at a time.
#include <algorithm>
#include <optional>

#include "bindings/wasm/memory.h"
#include "bindings/wasm/text.h"
#include "protocol/crc32.h"
#include "protocol/flat_writer.h"
#include "protocol/requester.h"
#include "schema/messages_generated.h"

namespace solder::wasm {
namespace {

using protocol::FlatWriter;
using protocol::Requester;

struct Outgoing {
  // A frame, and the same again.
  uint8_t bytes[2 * (protocol::cobs_size(protocol::kMaxFrame) + 2)];
  size_t size;
};
constinit Outgoing outgoing = {};
constinit uint8_t arrived[4096] = {};
constinit uint8_t data[protocol::kMaxData] = {};  // goes with the next request
constinit std::optional<Requester> requester;

void put(void*, uint8_t byte) {
  if (outgoing.size < sizeof outgoing.bytes) outgoing.bytes[outgoing.size++] = byte;
}

// `fill` writes the request's table and returns it.
template <class Fill>
void ask(messages::Request type, uint32_t now_ms, Fill fill) {
  FlatWriter writer(requester->payload_room());
  const FlatWriter::Offset request = fill(writer);
  FlatWriter::Table table(writer);
  table.reference(messages::Message::VT_REQUEST, request);
  table.scalar(messages::Message::VT_REQUEST_TYPE, static_cast<uint8_t>(type));
  const auto payload = writer.finish(table.end(), messages::MessageIdentifier());
  requester->start(static_cast<uint32_t>(payload.size()), now_ms);
}

void ask(messages::Request type, uint32_t now_ms) {
  ask(type, now_ms, [](FlatWriter& writer) { return FlatWriter::Table(writer).end(); });
}

std::span<const uint8_t> request_data(size_t bytes) {
  return std::span(data).first(std::min(bytes, sizeof data));
}

const char* text_of(const flatbuffers::String* string) { return string ? string->c_str() : ""; }

using Tensors = flatbuffers::Vector<flatbuffers::Offset<messages::Tensor>>;

void describe_tensors(Text& text, const char* key, const Tensors* tensors) {
  text.array(key, tensors ? tensors->size() : 0, [&](size_t i) {
    const messages::Tensor& tensor = *tensors->Get(static_cast<uint32_t>(i));
    const auto* shape = tensor.shape();
    text.object([&] {
      text.tensor_fields(
          text_of(tensor.name()), static_cast<TensorType>(tensor.type()),
          shape ? std::span(shape->data(), shape->size()) : std::span<const int32_t>(),
          tensor.bytes(), tensor.scale(), tensor.zero_point());
    });
  });
}

void describe(Text& text, const messages::InfoReply& info) {
  text.field("board", text_of(info.board()));
  text.field("firmware", text_of(info.firmware()));
  text.field("door", text_of(info.door()));
  text.field("coreClockHz", info.core_clock_hz());
  text.field("problem", text_of(info.problem()));
  if (const messages::Model* model = info.model()) {
    text.object("model", [&] {
      text.field("name", text_of(model->name()));
      text.field("arenaBytes", model->arena_bytes());
      text.field("steps", model->steps());
      describe_tensors(text, "inputs", model->inputs());
      describe_tensors(text, "outputs", model->outputs());
    });
  }
  const auto* slots = info.slots();
  text.array("slots", slots ? slots->size() : 0, [&](size_t i) {
    const messages::Slot& slot = *slots->Get(static_cast<uint32_t>(i));
    text.object([&] {
      text.field("isActive", static_cast<int32_t>(slot.state() == messages::SlotState_ACTIVE));
      text.field("capacity", slot.capacity());
      text.field("bytes", slot.bytes());
      text.field("crc32", slot.crc32());
    });
  });
}

// Bytes of a reply stay where they are, until the next byte is fed.
void describe_data(Text& text, const flatbuffers::Vector<uint8_t>* bytes) {
  text.field("at", bytes ? reinterpret_cast<uintptr_t>(bytes->data()) : 0);
  text.field("bytes", bytes ? bytes->size() : 0);
}

void describe(Text& text, const messages::ProfileReply& profile) {
  text.field("totalSteps", profile.total_steps());
  const auto* steps = profile.steps();
  text.array("steps", steps ? steps->size() : 0, [&](size_t i) {
    const messages::StepTime& step = *steps->Get(static_cast<uint32_t>(i));
    text.object([&] {
      text.field("type", text_of(step.type()));
      text.field("operatorIndex", step.operator_index());
      text.field("cycles", step.cycles());
    });
  });
}

void describe(Text& text, const messages::ErrorReply& error) {
  text.object("error", [&] {
    text.field("message", text_of(error.message()));
    text.field("operatorIndex", error.operator_index());
    text.field("detail", error.detail());
  });
}

// Null unless the reply is well formed.
const messages::Message* read_reply() {
  const auto reply = requester->reply();
  flatbuffers::Verifier verifier(reply.data(), reply.size());
  if (!messages::VerifyMessageBuffer(verifier)) return nullptr;
  const messages::Message* message = messages::GetMessage(reply.data());
  return message->reply() != nullptr ? message : nullptr;
}

}  // namespace

// A line that nobody has spoken on, or one to begin anew on: the next request must be ask_info.
SOLDER_EXPORT(line_begin) void line_begin(uint32_t session, uint32_t baud) {
  if (!requester) requester.emplace(protocol::patience_for(baud), put, nullptr);
  requester->begin(session);
}

SOLDER_EXPORT(line_arrived) uint8_t* line_arrived() { return arrived; }
SOLDER_EXPORT(line_arrived_capacity) size_t line_arrived_capacity() { return sizeof arrived; }
// Takes what has arrived, from `first` to before `end`. Returns how far it came: to the byte that
// changed the state.
SOLDER_EXPORT(line_feed) size_t line_feed(size_t first, size_t end, uint32_t now_ms) {
  while (first < end && !requester->feed(arrived[first++], now_ms)) {
  }
  return first;
}
SOLDER_EXPORT(line_poll) void line_poll(uint32_t now_ms) { requester->poll(now_ms); }
SOLDER_EXPORT(line_state) int32_t line_state() { return requester->state(); }
SOLDER_EXPORT(line_board_version) int32_t line_board_version() {
  return requester->board_version();
}

SOLDER_EXPORT(line_outgoing) const uint8_t* line_outgoing() { return outgoing.bytes; }
// How many bytes wait to be sent; from now on they do not.
SOLDER_EXPORT(line_take_outgoing) size_t line_take_outgoing() {
  const size_t size = outgoing.size;
  outgoing.size = 0;
  return size;
}

SOLDER_EXPORT(line_data) uint8_t* line_data() { return data; }
SOLDER_EXPORT(line_data_capacity) size_t line_data_capacity() { return sizeof data; }

SOLDER_EXPORT(ask_info) void ask_info(uint32_t now_ms) {
  ask(messages::Request_InfoRequest, now_ms);
}
// Inputs go with it when there are `bytes` of them, and were written before when there are none.
SOLDER_EXPORT(ask_invoke) void ask_invoke(size_t bytes, uint32_t crc32, uint32_t now_ms) {
  ask(messages::Request_InvokeRequest, now_ms, [&](FlatWriter& writer) {
    const auto inputs = bytes > 0 ? writer.vector(request_data(bytes)) : 0;
    FlatWriter::Table table(writer);
    table.reference(messages::InvokeRequest::VT_INPUTS, inputs);
    table.scalar(messages::InvokeRequest::VT_INPUT_CRC32, crc32);
    return table.end();
  });
}
SOLDER_EXPORT(ask_write)
void ask_write(uint32_t input, uint32_t offset, size_t bytes, uint32_t now_ms) {
  ask(messages::Request_WriteRequest, now_ms, [&](FlatWriter& writer) {
    const auto part = writer.vector(request_data(bytes));
    FlatWriter::Table table(writer);
    table.reference(messages::WriteRequest::VT_DATA, part);
    table.scalar(messages::WriteRequest::VT_INPUT, input);
    table.scalar(messages::WriteRequest::VT_OFFSET, offset);
    return table.end();
  });
}
SOLDER_EXPORT(ask_read)
void ask_read(uint32_t output, uint32_t offset, uint32_t bytes, uint32_t now_ms) {
  ask(messages::Request_ReadRequest, now_ms, [&](FlatWriter& writer) {
    FlatWriter::Table table(writer);
    table.scalar(messages::ReadRequest::VT_OUTPUT, output);
    table.scalar(messages::ReadRequest::VT_OFFSET, offset);
    table.scalar(messages::ReadRequest::VT_SIZE, bytes);
    return table.end();
  });
}
SOLDER_EXPORT(ask_profile) void ask_profile(uint32_t first, uint32_t now_ms) {
  ask(messages::Request_ProfileRequest, now_ms, [&](FlatWriter& writer) {
    FlatWriter::Table table(writer);
    table.scalar(messages::ProfileRequest::VT_FIRST, first);
    return table.end();
  });
}
SOLDER_EXPORT(ask_upload_begin)
void ask_upload_begin(uint32_t bytes, uint32_t crc32, uint32_t now_ms) {
  ask(messages::Request_UploadBeginRequest, now_ms, [&](FlatWriter& writer) {
    FlatWriter::Table table(writer);
    table.scalar(messages::UploadBeginRequest::VT_BYTES, bytes);
    table.scalar(messages::UploadBeginRequest::VT_CRC32, crc32);
    return table.end();
  });
}
SOLDER_EXPORT(ask_upload_write)
void ask_upload_write(uint32_t offset, size_t bytes, uint32_t now_ms) {
  ask(messages::Request_UploadWriteRequest, now_ms, [&](FlatWriter& writer) {
    const auto part = writer.vector(request_data(bytes));
    FlatWriter::Table table(writer);
    table.reference(messages::UploadWriteRequest::VT_DATA, part);
    table.scalar(messages::UploadWriteRequest::VT_OFFSET, offset);
    return table.end();
  });
}
SOLDER_EXPORT(ask_upload_commit) void ask_upload_commit(uint32_t now_ms) {
  ask(messages::Request_UploadCommitRequest, now_ms);
}

// The text is the reply that has come; empty when it is not well formed, or not known here.
SOLDER_EXPORT(line_reply) void line_reply() {
  const messages::Message* message = read_reply();
  Text text;
  if (message == nullptr) return;
  text.object([&] {
    text.field("type", messages::EnumNameReply(message->reply_type()));
    if (const auto* info = message->reply_as_InfoReply()) describe(text, *info);
    if (const auto* profile = message->reply_as_ProfileReply()) describe(text, *profile);
    if (const auto* error = message->reply_as_ErrorReply()) describe(text, *error);
    if (const auto* part = message->reply_as_DataReply()) describe_data(text, part->data());
    if (const auto* invoke = message->reply_as_InvokeReply()) {
      text.field("cycles", invoke->cycles());
      describe_data(text, invoke->outputs());
    }
  });
}

SOLDER_EXPORT(crc32_of) uint32_t crc32_of(const uint8_t* bytes, size_t size, uint32_t before) {
  return protocol::crc32({bytes, size}, before);
}

}  // namespace solder::wasm
