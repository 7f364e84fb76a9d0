// Requester and server over a line that loses, repeats, reorders, delays and damages frames.
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <iostream>
#include <map>
#include <optional>
#include <random>
#include <vector>

#include "protocol/crc32.h"
#include "protocol/requester.h"
#include "protocol/server.h"

namespace solder::protocol {
namespace {

using Bytes = std::vector<uint8_t>;

// A board whose "model" turns the bytes of its input round and adds one. Input and output are the
// same memory, as they may be in an arena.
class FakeBoard final : public Service {
 public:
  explicit FakeBoard(uint32_t bytes) : memory_(bytes) {}

  BoardInfo board() override { return {"fake", "1.0", "test", 1'000'000, 0}; }
  ModelInfo model() override { return {"reverse", nullptr, 0, 100}; }
  uint32_t input_count() override { return 1; }
  uint32_t output_count() override { return 1; }
  Port input(uint32_t) override {
    return {"in", TensorType::INT8, {1, {static_cast<int32_t>(memory_.size())}}, 0, 0, memory_};
  }
  Port output(uint32_t index) override { return input(index); }
  uint32_t invoke() override {
    ++invocations;
    std::ranges::reverse(memory_);
    for (uint8_t& byte : memory_) ++byte;
    return 77;
  }
  StepTime step_time(uint32_t step) override { return {"ADD", step, step * 3}; }
  uint32_t slot_count() override { return 0; }
  SlotInfo slot(uint32_t) override { return {}; }
  Failure begin_upload(uint32_t, uint32_t) override { return {}; }
  Failure write_upload(uint32_t, std::span<const uint8_t>) override { return {}; }
  Failure commit_upload() override {
    return {messages::ErrorCode_REFUSED_MODEL, {.message = "no", .operator_index = 3, .detail = 9}};
  }
  void reset() override { ++resets; }

  int invocations = 0, resets = 0;

 private:
  Bytes memory_;
};

struct Faults {
  double lost = 0, repeated = 0, late = 0, damaged = 0, cut = 0;
};

// One direction of the line. What one end sends at once travels together.
class Line {
 public:
  Line(const Faults& faults, uint32_t seed) : faults_(faults), random_(seed) {}

  void put(uint8_t byte) { sending_.push_back(byte); }
  void flush(uint32_t now) {
    if (sending_.empty()) return;
    ++sent;
    Bytes bytes = std::exchange(sending_, {});
    if (happens(faults_.damaged))
      for (uint32_t flips = 1 + random_() % 4; flips > 0; --flips)
        bytes[random_() % bytes.size()] ^= static_cast<uint8_t>(1U << random_() % 8);
    if (happens(faults_.cut)) bytes.resize(random_() % bytes.size());
    if (happens(faults_.repeated)) travel(bytes, now);
    if (!happens(faults_.lost)) travel(bytes, now);
  }
  // What arrives by now, in this order.
  Bytes arrived(uint32_t now) {
    Bytes bytes;
    while (!travelling_.empty() && travelling_.begin()->first <= now) {
      const Bytes& next = travelling_.begin()->second;
      bytes.insert(bytes.end(), next.begin(), next.end());
      travelling_.erase(travelling_.begin());
    }
    return bytes;
  }

  int sent = 0, troubled = 0;

 private:
  bool happens(double probability) {
    const bool yes = std::uniform_real_distribution<>()(random_) < probability;
    troubled += yes;
    return yes;
  }
  void travel(const Bytes& bytes, uint32_t now) {
    const uint32_t delay = happens(faults_.late) ? random_() % 3000 : 1;
    travelling_.emplace(now + delay, bytes);
  }

  Faults faults_;
  std::mt19937 random_;
  Bytes sending_;
  std::multimap<uint32_t, Bytes> travelling_;
};

class Link {
 public:
  explicit Link(uint32_t tensor_bytes, const Faults& faults = {}, uint32_t seed = 1)
      : board(tensor_bytes), to_board(faults, seed), to_computer(faults, seed + 1), random_(seed) {}

  // The board starts anew, and what was in its memory is lost.
  void restart_board() {
    server_ = std::make_unique<Server>(board, reply_, put_to, &to_computer);
    receiver_ = Receiver();
  }

  // The reply, or why there is none.
  std::optional<messages::ReplyUnion> ask(messages::RequestUnion request) {
    messages::MessageT message;
    message.request = std::move(request);
    flatbuffers::FlatBufferBuilder builder;
    builder.Finish(messages::Message::Pack(builder, &message), messages::MessageIdentifier());
    std::copy_n(builder.GetBufferPointer(), builder.GetSize(),
                requester.payload_room().end() - builder.GetSize());
    requester.start(builder.GetSize(), now_);
    to_board.flush(now_);
    while (requester.state() == Requester::kWaiting) tick();
    if (requester.state() != Requester::kReplied) return std::nullopt;
    flatbuffers::Verifier verifier(requester.reply().data(), requester.reply().size());
    EXPECT_TRUE(messages::VerifyMessageBuffer(verifier));
    std::unique_ptr<messages::MessageT> reply(
        messages::GetMessage(requester.reply().data())->UnPack());
    return std::move(reply->reply);
  }

  template <class Request>
  std::optional<messages::ReplyUnion> ask(Request request) {
    messages::RequestUnion choice;
    choice.Set(std::move(request));
    return ask(std::move(choice));
  }

  // Begins sessions until one is there.
  void connect() {
    do {
      requester.begin(random_());
      ++sessions;
    } while (!ask(messages::InfoRequestT()));
  }

  void tick() {
    ++now_;
    for (const uint8_t byte : to_board.arrived(now_))
      if (receiver_.feed(byte)) server_->handle(receiver_.frame());
    to_computer.flush(now_);
    for (const uint8_t byte : to_computer.arrived(now_)) unread_.push_back(byte);
    while (!unread_.empty()) {
      const uint8_t byte = unread_.front();
      unread_.pop_front();
      if (requester.feed(byte, now_)) break;  // what follows would overwrite the reply
    }
    requester.poll(now_);
    to_board.flush(now_);
  }

  FakeBoard board;
  Line to_board, to_computer;
  int sessions = 0;

 private:
  static void put_to(void* line, uint8_t byte) { static_cast<Line*>(line)->put(byte); }

  uint32_t now_ = UINT32_MAX - 1000;  // clocks wrap
  std::mt19937 random_;
  std::deque<uint8_t> unread_;
  Receiver receiver_;
  OutgoingFrame reply_;
  std::unique_ptr<Server> server_ = std::make_unique<Server>(board, reply_, put_to, &to_computer);

 public:
  Requester requester{{.retry_ms = 20, .longest_retry_ms = 40, .working_ms = 50, .attempts = 1000},
                      put_to,
                      &to_board};
};

Bytes expected_output(Bytes input) {
  std::ranges::reverse(input);
  for (uint8_t& byte : input) ++byte;
  return input;
}

const messages::ErrorReplyT& error_of(const std::optional<messages::ReplyUnion>& reply) {
  static const messages::ErrorReplyT kNone;
  return reply && reply->type == messages::Reply_ErrorReply ? *reply->AsErrorReply() : kNone;
}

TEST(Link, AnswersEveryRequest) {
  Link link(8);
  link.connect();
  const auto info = link.ask(messages::InfoRequestT());
  EXPECT_EQ(info->AsInfoReply()->board, "fake");
  EXPECT_EQ(info->AsInfoReply()->model->name, "reverse");
  EXPECT_EQ(info->AsInfoReply()->model->inputs.at(0)->shape, std::vector<int32_t>{8});

  messages::InvokeRequestT invoke;
  invoke.inputs = {1, 2, 3, 4, 5, 6, 7, 8};
  invoke.input_crc32 = crc32(invoke.inputs);
  const auto result = link.ask(invoke);
  EXPECT_EQ(result->AsInvokeReply()->outputs, expected_output(invoke.inputs));
  EXPECT_EQ(result->AsInvokeReply()->cycles, 77);

  messages::ReadRequestT read;
  read.offset = 2, read.size = 3;
  EXPECT_EQ(link.ask(read)->AsDataReply()->data, Bytes({7, 6, 5}));

  messages::ProfileRequestT profile;
  profile.first = 64;
  const auto steps = link.ask(profile);
  EXPECT_EQ(steps->AsProfileReply()->total_steps, 100);
  ASSERT_EQ(steps->AsProfileReply()->steps.size(), 36);
  EXPECT_EQ(steps->AsProfileReply()->steps[35]->cycles, 99 * 3);

  messages::EchoRequestT echo;
  echo.data = Bytes(kMaxData, 0);
  EXPECT_EQ(link.ask(echo)->AsDataReply()->data, echo.data);

  EXPECT_EQ(error_of(link.ask(messages::UploadCommitRequestT())).operator_index, 3);
  EXPECT_EQ(link.ask(messages::ResetRequestT())->type, messages::Reply_DoneReply);
  EXPECT_EQ(link.board.resets, 1);
  EXPECT_EQ(link.requester.retries(), 0);
}

TEST(Link, RefusesWhatDoesNotFit) {
  Link link(8);
  link.connect();
  messages::WriteRequestT write;
  write.data = {1, 2, 3};
  write.offset = 6;
  EXPECT_EQ(error_of(link.ask(write)).code, messages::ErrorCode_BAD_RANGE);
  write.offset = UINT32_MAX;
  EXPECT_EQ(error_of(link.ask(write)).code, messages::ErrorCode_BAD_RANGE);
  write.offset = 0, write.input = 1;
  EXPECT_EQ(error_of(link.ask(write)).code, messages::ErrorCode_BAD_RANGE);

  messages::ReadRequestT read;
  read.size = 8;
  EXPECT_EQ(error_of(link.ask(read)).code, messages::ErrorCode_NO_OUTPUT);
  messages::InvokeRequestT invoke;
  invoke.inputs = {1, 2};
  EXPECT_EQ(error_of(link.ask(invoke)).code, messages::ErrorCode_WRONG_INPUT);
  invoke.inputs = Bytes(8);
  invoke.input_crc32 = 1;
  EXPECT_EQ(error_of(link.ask(invoke)).code, messages::ErrorCode_WRONG_INPUT);
  EXPECT_EQ(link.board.invocations, 0);
  invoke.input_crc32 = crc32(invoke.inputs);
  link.ask(invoke);
  read.offset = 1;
  EXPECT_EQ(error_of(link.ask(read)).code, messages::ErrorCode_BAD_RANGE);
  EXPECT_EQ(link.ask(messages::RequestUnion())->AsErrorReply()->code,
            messages::ErrorCode_UNKNOWN_REQUEST);
}

TEST(Link, TellsOfARestartedBoardAndOfAnotherVersion) {
  Link link(8);
  link.connect();
  link.restart_board();
  EXPECT_FALSE(link.ask(messages::EchoRequestT()));
  EXPECT_EQ(link.requester.state(), Requester::kUnknownSession);
  link.connect();
  EXPECT_TRUE(link.ask(messages::EchoRequestT()));

  Line line({}, 1);
  Requester old(
      {}, [](void* to, uint8_t byte) { static_cast<Line*>(to)->put(byte); }, &line);
  old.begin(5);
  old.start(0, 0);
  send_frame(
      Notice({.version = 9, .kind = FrameKind::kOtherVersion, .sequence = 0, .session = 5}).bytes,
      [&](uint8_t byte) { old.feed(byte, 0); });
  EXPECT_EQ(old.state(), Requester::kOtherVersion);
  EXPECT_EQ(old.board_version(), 9);
}

TEST(Link, GivesUpOnASilentBoard) {
  Link link(8, {.lost = 1});
  link.requester.begin(1);
  EXPECT_FALSE(link.ask(messages::InfoRequestT()));
  EXPECT_EQ(link.requester.state(), Requester::kSilent);
  EXPECT_EQ(link.requester.retries(), 999);
}

// Inferences in pieces and at once, while the board is reset now and then.
TEST(Link, HundredThousandFramesOverABadLineGiveNoWrongAnswer) {
  constexpr Faults kFaults = {
      .lost = 0.05, .repeated = 0.05, .late = 0.02, .damaged = 0.05, .cut = 0.03};
  constexpr uint32_t kBytes = 40;
  Link link(kBytes, kFaults, 42);
  link.connect();
  std::mt19937 random(43);
  int inferences = 0;
  while (link.to_board.sent + link.to_computer.sent < 100'000) {
    if (random() % 500 == 0) link.restart_board();
    Bytes input(kBytes);
    std::ranges::generate(input, [&] { return static_cast<uint8_t>(random()); });
    messages::InvokeRequestT invoke;
    invoke.input_crc32 = crc32(input);
    bool is_complete = true;
    if (random() % 2) {
      invoke.inputs = input;
    } else {
      for (uint32_t offset = 0; is_complete && offset < kBytes; offset += 16) {
        messages::WriteRequestT write;
        write.offset = offset;
        write.data.assign(input.begin() + offset, input.begin() + std::min(offset + 16, kBytes));
        is_complete = link.ask(write).has_value();
      }
    }
    const auto result = is_complete ? link.ask(invoke) : std::nullopt;
    if (!result) {
      link.connect();
      continue;
    }
    // Written in pieces across a reset by somebody else's session: told, not computed.
    if (result->type == messages::Reply_ErrorReply) {
      EXPECT_EQ(error_of(result).code, messages::ErrorCode_WRONG_INPUT);
      continue;
    }
    ASSERT_EQ(result->type, messages::Reply_InvokeReply);
    ASSERT_EQ(result->AsInvokeReply()->outputs, expected_output(input));
    ++inferences;
  }
  RecordProperty("frames", link.to_board.sent + link.to_computer.sent);
  std::cout << link.to_board.sent + link.to_computer.sent << " frames, "
            << link.to_board.troubled + link.to_computer.troubled << " mishaps, "
            << link.requester.retries() << " retries, " << link.sessions << " sessions, "
            << inferences << " inferences, " << link.requester.damaged_frames()
            << " damaged frames seen\n";
  EXPECT_GT(inferences, 10'000);
  EXPECT_GE(link.board.invocations, inferences);
}

TEST(Link, RequestsRunOnceHoweverOftenTheyArrive) {
  Link link(8, {.lost = 0.3, .repeated = 0.5}, 7);
  link.connect();
  messages::InvokeRequestT invoke;
  invoke.inputs = Bytes(8, 9);
  invoke.input_crc32 = crc32(invoke.inputs);
  for (int i = 1; i <= 500; ++i) {
    ASSERT_TRUE(link.ask(invoke));
    ASSERT_EQ(link.board.invocations, i);
  }
  EXPECT_GT(link.requester.retries(), 100);
}

// Well-framed nonsense: the server answers or ignores it, and goes on.
TEST(Link, MutatedMessagesDoNoHarm) {
  Link link(64);
  link.connect();
  messages::WriteRequestT write;
  write.data = Bytes(64, 1);
  messages::MessageT message;
  message.request.Set(write);
  flatbuffers::FlatBufferBuilder builder;
  builder.Finish(messages::Message::Pack(builder, &message), messages::MessageIdentifier());
  const Bytes good(builder.GetBufferPointer(), builder.GetBufferPointer() + builder.GetSize());
  std::mt19937 random(5);
  for (int i = 0; i < 10'000; ++i) {
    Bytes bad = good;
    for (uint32_t flips = 1 + random() % 3; flips > 0; --flips)
      bad[random() % bad.size()] ^= static_cast<uint8_t>(1U << random() % 8);
    std::ranges::copy(bad,
                      link.requester.payload_room().end() - static_cast<ptrdiff_t>(bad.size()));
    link.requester.start(static_cast<uint32_t>(bad.size()), 0);
    link.to_board.flush(0);
    link.tick();
  }
  link.connect();
  EXPECT_TRUE(link.ask(messages::EchoRequestT()));
}

}  // namespace
}  // namespace solder::protocol
