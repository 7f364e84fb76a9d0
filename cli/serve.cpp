// `solder serve`: a model on this computer behind a board's protocols, for clients that are being
// written, and for fast tests of them.
#include <fmt/format.h>
#include <poll.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <memory>

#include "cli/command.h"
#include "cli/common/kernels.h"
#include "cli/common/model.h"
#include "protocol/article_server.h"
#include "protocol/server.h"
#include "simulator/console/endpoint.h"

namespace solder::cli {
namespace {

struct ServeOptions {
  std::filesystem::path model;
  std::string kernels;
  uint16_t port = 32001;  // the article's
};

uint64_t nanoseconds() {
  using namespace std::chrono;
  return static_cast<uint64_t>(
      duration_cast<std::chrono::nanoseconds>(steady_clock::now().time_since_epoch()).count());
}

// Its cycles are nanoseconds.
class HostBoard final : public protocol::Service {
 public:
  HostBoard(const compiler::Executable& executable, const std::string& name)
      : model_(executable.model()), name_(name), steps_(model_.plan().step_count) {}

  protocol::BoardInfo board() override {
    return {.board = "this computer",
            .firmware = SOLDER_VERSION,
            .door = "host",
            .core_clock_hz = 1'000'000'000,
            .lost_bytes = 0};
  }
  protocol::ModelInfo model() override {
    return {.name = name_.c_str(),
            .arena_bytes = model_.plan().arena_bytes,
            .steps = model_.plan().step_count};
  }
  uint32_t input_count() override { return model_.input_count(); }
  uint32_t output_count() override { return model_.output_count(); }
  protocol::Port input(uint32_t index) override {
    return port(model_.input_info(index), model_.input(index));
  }
  protocol::Port output(uint32_t index) override {
    return port(model_.output_info(index), const_cast<void*>(model_.output(index)));
  }

  uint32_t invoke() override {
    const uint64_t start = nanoseconds();
    model_.invoke({.begin = [](void* self, uint32_t) { as_board(self).begin_ = nanoseconds(); },
                   .end =
                       [](void* self, uint32_t step) {
                         as_board(self).steps_[step] =
                             static_cast<uint32_t>(nanoseconds() - as_board(self).begin_);
                       },
                   .context = this});
    return static_cast<uint32_t>(nanoseconds() - start);
  }
  protocol::StepTime step_time(uint32_t step) override {
    const Step& of_plan = model_.plan().steps[step];
    return {operator_name(of_plan.type), of_plan.operator_index, steps_[step]};
  }

  uint32_t slot_count() override { return 0; }
  protocol::SlotInfo slot(uint32_t) override { return {}; }
  protocol::Failure begin_upload(uint32_t, uint32_t) override { return kNoSlots; }
  protocol::Failure write_upload(uint32_t, std::span<const uint8_t>) override { return kNoSlots; }
  protocol::Failure commit_upload() override { return kNoSlots; }
  void reset() override {}

 private:
  static constexpr protocol::Failure kNoSlots = {
      messages::ErrorCode_NO_SLOTS,
      {.message = "the model is the one that solder serve was given"}};
  static HostBoard& as_board(void* self) { return *static_cast<HostBoard*>(self); }
  static protocol::Port port(const TensorInfo& info, void* data) {
    return {info.name,  info.type,       info.shape,
            info.scale, info.zero_point, {static_cast<uint8_t*>(data), info.bytes}};
  }

  Model model_;
  std::string name_;
  std::vector<uint32_t> steps_;
  uint64_t begin_ = 0;
};

std::atomic<bool> interrupted = false;

// Bare messages end with silence on a wire. TCP brings them in one piece or a few, so here they are
// tried as soon as something has come.
void serve(protocol::Service& service, simulator::Endpoint& line) {
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

void serve(const ServeOptions& options) {
  const auto executable = prepare_model(options.model, kernels_named(options.kernels));
  HostBoard board(executable, options.model.stem().string());
  const auto line = simulator::make_endpoint(fmt::format("tcp:{}", options.port));
  fmt::print("{} at {}; Ctrl-C ends\n", options.model.filename().string(), line->address());
  std::fflush(stdout);
  std::signal(SIGINT, [](int) { interrupted = true; });
  std::signal(SIGTERM, [](int) { interrupted = true; });
  serve(board, *line);
}

}  // namespace

void add_serve_command(CLI::App& program) {
  auto options = std::make_shared<ServeOptions>();
  CLI::App& command = *program.add_subcommand(
      "serve", "A model on this computer behind a board's protocols, over TCP");
  add_model_argument(command, options->model);
  command.add_option("--port", options->port, "TCP port of this computer; 0 picks a free one")
      ->capture_default_str();
  add_kernels_option(command, options->kernels);
  command.callback([options] { serve(*options); });
}

}  // namespace solder::cli
