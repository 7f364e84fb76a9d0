// A board that speaks the protocol, whatever line it is on. Requests that get lost are repeated;
// a board that starts anew in between is told apart, and what was going on is done again.
//
//   solder::client::Board board(open_port("/dev/ttyACM0"));
//   const auto result = board.infer({input_bytes});
//   printf("%.2f ms\n", result.milliseconds);
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "client/port.h"
#include "protocol/requester.h"
#include "schema/messages_generated.h"

namespace solder::client {

// One line: what the board said, or that it said nothing.
struct BoardError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

using Bytes = std::vector<uint8_t>;
using Info = messages::InfoReplyT;
using StepTime = messages::StepTimeT;

struct Inference {
  std::vector<Bytes> outputs;  // raw tensors, as Info's model describes them
  uint32_t cycles;
  double milliseconds;  // on the board, at its clock
};

class Board {
 public:
  // `waiting`, if any, is called every few milliseconds while the board takes its time; it may
  // throw, to give up.
  explicit Board(std::unique_ptr<Port> port, std::function<void()> waiting = {});
  Board(const Board&) = delete;
  Board& operator=(const Board&) = delete;

  // What the board is, asked anew.
  const Info& info();
  // What it said last; asks only when it has said nothing yet.
  const Info& last_info();
  // Raw input tensors, as many and as long as info().model->inputs says.
  Inference infer(const std::vector<Bytes>& inputs);
  // Cycles of every step of the last inference.
  std::vector<StepTime> profile();
  // The same bytes back, at most protocol::kMaxData.
  Bytes echo(std::span<const uint8_t> bytes);
  // A .tflite into the board's free slot. Calls progress(bytes done) now and then. Throws
  // BoardError when the board refuses it; the model before stays then.
  void upload(std::span<const uint8_t> model, const std::function<void(size_t)>& progress = {});
  void reset();

  // Requests that were sent again, and frames that arrived damaged.
  [[nodiscard]] uint32_t retries() const { return requester_.retries(); }
  [[nodiscard]] uint32_t damaged_frames() const { return requester_.damaged_frames(); }

 private:
  struct SessionLost {};

  template <class Reply, class Request>
  Reply ask(Request request);
  messages::ReplyUnion ask_any(messages::RequestUnion request);
  void exchange(uint32_t payload_bytes);
  void connect();
  template <class Action>
  auto in_one_session(Action action);
  void write_inputs(const std::vector<Bytes>& inputs);
  [[nodiscard]] Bytes read_output(uint32_t output, uint32_t bytes);

  std::unique_ptr<Port> port_;
  std::function<void()> waiting_;
  std::mt19937 random_{std::random_device()()};
  Bytes to_send_, arrived_;
  size_t taken_ = 0;  // of arrived_
  protocol::Requester requester_;
  std::optional<Info> info_;
};

}  // namespace solder::client
