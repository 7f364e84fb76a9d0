#include "client/board.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "protocol/crc32.h"

namespace solder::client {
namespace {

uint32_t now_ms() {
  using namespace std::chrono;
  return static_cast<uint32_t>(
      duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count());
}

std::string text_of(const messages::ErrorReplyT& error) {
  std::string text = error.message;
  if (error.detail != 0) text += fmt::format(" {}", error.detail);
  if (error.operator_index >= 0) text += fmt::format(" (operator {})", error.operator_index);
  return text;
}

size_t total_size(const std::vector<Bytes>& tensors) {
  size_t size = 0;
  for (const Bytes& tensor : tensors) size += tensor.size();
  return size;
}

}  // namespace

Board::Board(std::unique_ptr<Port> port, std::function<void()> waiting)
    : port_(std::move(port)),
      waiting_(std::move(waiting)),
      requester_(
          protocol::patience_for(port_->baud()),
          [](void* board, uint8_t byte) { static_cast<Board*>(board)->to_send_.push_back(byte); },
          this) {}

// Moves bytes until the request has its reply or has failed.
void Board::exchange(uint32_t payload_bytes) {
  constexpr int kPollMs = 10;
  to_send_.clear();  // of a request that was given up
  requester_.start(payload_bytes, now_ms());
  uint8_t room[4096];
  while (requester_.state() == protocol::Requester::kWaiting) {
    if (!to_send_.empty()) port_->write(std::exchange(to_send_, {}));
    if (taken_ == arrived_.size()) {
      taken_ = 0;
      arrived_.assign(room, room + port_->read(room, kPollMs));
    }
    // What follows a reply would overwrite it, and is kept for later.
    while (taken_ < arrived_.size() && !requester_.feed(arrived_[taken_++], now_ms())) {
    }
    requester_.poll(now_ms());
    if (waiting_) waiting_();
  }
  to_send_.clear();
}

messages::ReplyUnion Board::ask_any(messages::RequestUnion request) {
  messages::MessageT message;
  message.request = std::move(request);
  flatbuffers::FlatBufferBuilder builder;
  builder.Finish(messages::Message::Pack(builder, &message), messages::MessageIdentifier());
  const auto room = requester_.payload_room();
  if (builder.GetSize() > room.size())
    throw std::invalid_argument("a request does not fit into a frame");
  std::copy_n(builder.GetBufferPointer(), builder.GetSize(), room.end() - builder.GetSize());
  exchange(builder.GetSize());

  using protocol::Requester;
  switch (requester_.state()) {
    case Requester::kReplied:
      break;
    case Requester::kUnknownSession:
      throw SessionLost();
    case Requester::kOtherVersion:
      throw BoardError(fmt::format(
          "{}: the board's firmware speaks version {} of the protocol, this program version {}; "
          "flash the firmware that belongs to it",
          port_->name(), requester_.board_version(), protocol::kVersion));
    default:
      throw BoardError(
          port_->name() +
          ": the board does not answer; is it the right port (UART7, not the console), is the "
          "board powered, and does it run Solder's firmware?");
  }
  flatbuffers::Verifier verifier(requester_.reply().data(), requester_.reply().size());
  if (!messages::VerifyMessageBuffer(verifier))
    throw BoardError(port_->name() + ": the board's reply is malformed; is its firmware newer?");
  messages::MessageT reply;
  messages::GetMessage(requester_.reply().data())->UnPackTo(&reply);
  if (const auto* error = reply.reply.AsErrorReply())
    throw BoardError(fmt::format("{}: {}", port_->name(), text_of(*error)));
  return std::move(reply.reply);
}

template <class Reply, class Request>
Reply Board::ask(Request request) {
  messages::RequestUnion choice;
  choice.Set(std::move(request));
  messages::ReplyUnion reply = ask_any(std::move(choice));
  if (reply.type != messages::ReplyUnionTraits<Reply>::enum_value)
    throw BoardError(port_->name() + ": the board answered something else; is its firmware newer?");
  return std::move(*static_cast<Reply*>(reply.value));
}

void Board::connect() {
  info_.reset();
  for (int attempt = 0; !info_; ++attempt) {
    requester_.begin(static_cast<uint32_t>(random_()));
    try {
      info_ = ask<Info>(messages::InfoRequestT());
    } catch (const SessionLost&) {
      if (attempt == 10)
        throw BoardError(port_->name() +
                         ": the board forgets who asks; does somebody else ask, too?");
    }
  }
}

// Does it again when the board started anew in between.
template <class Action>
auto Board::in_one_session(Action action) {
  constexpr int kAttempts = 5;
  for (int attempt = 1;; ++attempt) {
    last_info();
    try {
      return action();
    } catch (const SessionLost&) {
      info_.reset();
      if (attempt == kAttempts)
        throw BoardError(port_->name() + ": the board starts anew again and again");
    }
  }
}

const Info& Board::info() {
  connect();
  return *info_;
}

const Info& Board::last_info() {
  if (!info_) connect();
  return *info_;
}

void Board::write_inputs(const std::vector<Bytes>& inputs) {
  for (size_t i = 0; i < inputs.size(); ++i)
    for (size_t offset = 0; offset < inputs[i].size(); offset += protocol::kMaxData) {
      messages::WriteRequestT write;
      write.input = static_cast<uint32_t>(i);
      write.offset = static_cast<uint32_t>(offset);
      const auto part = std::span(inputs[i]).subspan(
          offset, std::min<size_t>(protocol::kMaxData, inputs[i].size() - offset));
      write.data.assign(part.begin(), part.end());
      ask<messages::DoneReplyT>(std::move(write));
    }
}

Bytes Board::read_output(uint32_t output, uint32_t bytes) {
  Bytes data;
  while (data.size() < bytes) {
    messages::ReadRequestT read;
    read.output = output;
    read.offset = static_cast<uint32_t>(data.size());
    read.size = std::min<uint32_t>(protocol::kMaxData, bytes - read.offset);
    const Bytes part = ask<messages::DataReplyT>(read).data;
    if (part.size() != read.size)
      throw BoardError(port_->name() + ": the board sent less of an output than asked for");
    data.insert(data.end(), part.begin(), part.end());
  }
  return data;
}

Inference Board::infer(const std::vector<Bytes>& inputs) {
  return in_one_session([&] {
    messages::InvokeRequestT invoke;
    for (const Bytes& input : inputs)
      invoke.input_crc32 = protocol::crc32(input, invoke.input_crc32);
    if (total_size(inputs) <= protocol::kMaxData) {
      for (const Bytes& input : inputs)
        invoke.inputs.insert(invoke.inputs.end(), input.begin(), input.end());
    } else {
      write_inputs(inputs);
    }
    auto reply = ask<messages::InvokeReplyT>(std::move(invoke));
    Inference result = {.outputs = {},
                        .cycles = reply.cycles,
                        .milliseconds = 1000.0 * reply.cycles / info_->core_clock_hz};
    if (!info_->model)
      throw BoardError(port_->name() + ": the board ran a model it does not describe");
    size_t at = 0;
    for (uint32_t i = 0; i < info_->model->outputs.size(); ++i) {
      const uint32_t bytes = info_->model->outputs[i]->bytes;
      if (reply.outputs.size() - at < bytes) {
        result.outputs.push_back(read_output(i, bytes));
      } else {
        const auto* from = reply.outputs.data() + at;
        result.outputs.emplace_back(from, from + bytes);
        at += bytes;
      }
    }
    return result;
  });
}

std::vector<StepTime> Board::profile() {
  return in_one_session([&] {
    std::vector<StepTime> steps;
    uint32_t total = 0;
    do {
      messages::ProfileRequestT request;
      request.first = static_cast<uint32_t>(steps.size());
      const auto reply = ask<messages::ProfileReplyT>(request);
      total = reply.total_steps;
      if (reply.steps.empty()) break;
      for (const auto& step : reply.steps) steps.push_back(*step);
    } while (steps.size() < total);
    return steps;
  });
}

Bytes Board::echo(std::span<const uint8_t> bytes) {
  return in_one_session([&] {
    messages::EchoRequestT request;
    request.data.assign(bytes.begin(), bytes.end());
    return ask<messages::DataReplyT>(std::move(request)).data;
  });
}

void Board::upload(std::span<const uint8_t> model, const std::function<void(size_t)>& progress) {
  in_one_session([&] {
    messages::UploadBeginRequestT begin;
    begin.bytes = static_cast<uint32_t>(model.size());
    begin.crc32 = protocol::crc32(model);
    ask<messages::DoneReplyT>(begin);
    for (size_t offset = 0; offset < model.size();) {
      const auto part =
          model.subspan(offset, std::min<size_t>(protocol::kMaxData, model.size() - offset));
      messages::UploadWriteRequestT write;
      write.offset = static_cast<uint32_t>(offset);
      write.data.assign(part.begin(), part.end());
      ask<messages::DoneReplyT>(std::move(write));
      offset += part.size();
      if (progress) progress(offset);
    }
    ask<messages::DoneReplyT>(messages::UploadCommitRequestT());
  });
  info_.reset();
}

void Board::reset() {
  in_one_session([&] { ask<messages::DoneReplyT>(messages::ResetRequestT()); });
  info_.reset();
}

}  // namespace solder::client
