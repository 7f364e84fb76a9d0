#include "cli/common/host_board.h"

#include <poll.h>

#include <chrono>
#include <memory>

#include "protocol/article_server.h"
#include "protocol/server.h"

namespace solder::cli {
namespace {

uint64_t nanoseconds() {
  using namespace std::chrono;
  return static_cast<uint64_t>(
      duration_cast<std::chrono::nanoseconds>(steady_clock::now().time_since_epoch()).count());
}

}  // namespace

protocol::BoardInfo HostBoard::board() {
  return {.board = "this computer",
          .firmware = SOLDER_VERSION,
          .door = "host",
          .core_clock_hz = 1'000'000'000,
          .lost_bytes = 0};
}

uint32_t HostBoard::invoke() {
  const uint64_t start = nanoseconds();
  model_.invoke(
      {.begin = [](void* self, uint32_t) { static_cast<HostBoard*>(self)->begin_ = nanoseconds(); },
       .end =
           [](void* self, uint32_t step) {
             auto& board = *static_cast<HostBoard*>(self);
             board.steps_[step] = static_cast<uint32_t>(nanoseconds() - board.begin_);
           },
       .context = this});
  return static_cast<uint32_t>(nanoseconds() - start);
}

// Bare messages end with silence on a wire. TCP brings them in one piece or a few, so here they are
// tried as soon as something has come.
void serve_line(protocol::Service& service, simulator::Endpoint& line,
                const std::atomic<bool>& interrupted) {
  constexpr int kSilenceMs = 100;
  auto reply = std::make_unique<protocol::OutgoingFrame>();
  auto receiver = std::make_unique<protocol::Receiver>();
  std::string answer;
  const auto put = [](void* to, uint8_t byte) {
    static_cast<std::string*>(to)->push_back(static_cast<char>(byte));
  };
  protocol::Server server(service, *reply, put, &answer);
  alignas(8) uint8_t room[protocol::kArticleReplyBytes];
  while (!interrupted) {
    pollfd watched = {.fd = line.descriptor(), .events = POLLIN, .revents = 0};
    const bool is_silent = ::poll(&watched, 1, kSilenceMs) == 0;
    for (const char character : line.read())
      if (receiver->feed(static_cast<uint8_t>(character)))
        server.handle(receiver->frame(), receiver->damaged_frames());
    const auto bare = protocol::answer_article(receiver->pending(), service, room);
    answer.append(bare.begin(), bare.end());
    if (is_silent || !bare.empty()) receiver->bare_message();
    if (!answer.empty()) line.write(std::exchange(answer, {}));
  }
}

}  // namespace solder::cli
