// `solder monitor`: both ports of a board in one terminal, with the time of every line.
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <memory>

#include "cli/command.h"
#include "client/port.h"
#include "protocol/frame.h"

namespace solder::cli {
namespace {

struct MonitorOptions {
  std::string console, messages;
  std::string log;
  uint32_t baud = client::kDefaultBaud;
};

std::atomic<bool> interrupted = false;

// Lines to the terminal and the log, stamped with seconds since the start.
class Log {
 public:
  explicit Log(const std::string& path)
      : file_(path.empty() ? nullptr : std::fopen(path.c_str(), "w"), &std::fclose) {
    if (!path.empty() && !file_) throw std::runtime_error(path + ": cannot be written");
  }
  void line(const char* source, const std::string& text) {
    using namespace std::chrono;
    const double seconds = duration<double>(steady_clock::now() - start_).count();
    const std::string stamped = fmt::format("{:10.3f} {:<8} {}\n", seconds, source, text);
    for (std::FILE* to : {file_.get(), stdout}) {
      if (to == nullptr) continue;
      std::fputs(stamped.c_str(), to);
      std::fflush(to);
    }
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_;
};

// What arrives at the console, line by line. A line without its end is shown after a while.
class ConsoleView {
 public:
  explicit ConsoleView(Log& log) : log_(log) {}
  void feed(std::span<const uint8_t> bytes) {
    for (const uint8_t byte : bytes) {
      if (byte == '\n')
        flush();
      else if (byte >= ' ' || byte == '\t')
        text_ += static_cast<char>(byte);
      else if (byte != '\r')
        text_ += fmt::format("\\x{:02x}", byte);
    }
  }
  void flush() {
    if (!text_.empty()) log_.line("console", text_);
    text_.clear();
  }

 private:
  Log& log_;
  std::string text_;
};

// What arrives at the port for messages: frames by what they are, the rest by its bytes.
class MessagesView {
 public:
  explicit MessagesView(Log& log) : log_(log) {}
  void feed(std::span<const uint8_t> bytes) {
    for (const uint8_t byte : bytes) {
      if (!receiver_->feed(byte)) continue;
      const protocol::Frame& frame = receiver_->frame();
      constexpr const char* kKinds[] = {"?",       "request",         "reply",
                                        "working", "unknown session", "other version"};
      const auto kind = static_cast<size_t>(frame.header.kind);
      log_.line("messages",
                fmt::format("{} {} of session {:08x}, {} bytes",
                            kKinds[kind < std::size(kKinds) ? kind : 0], frame.header.sequence,
                            frame.header.session, frame.payload.size()));
    }
  }
  void flush() {
    const auto bare = receiver_->bare_message();
    if (bare.empty()) return;
    constexpr size_t kShown = 16;
    std::string text = fmt::format("{} bytes without a frame:", bare.size());
    for (size_t i = 0; i < bare.size() && i < kShown; ++i) text += fmt::format(" {:02x}", bare[i]);
    log_.line("messages", text + (bare.size() > kShown ? " ..." : ""));
  }

 private:
  Log& log_;
  std::unique_ptr<protocol::Receiver> receiver_ = std::make_unique<protocol::Receiver>();
};

template <class View>
void look(client::Port& port, View& view) {
  constexpr int kSilenceMs = 20;
  uint8_t room[1024];
  const size_t size = port.read(room, kSilenceMs);
  if (size == 0) return view.flush();
  view.feed({room, size});
}

// False at the end of what is typed.
bool send_typed(client::Port& console) {
  pollfd watched = {.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
  if (::poll(&watched, 1, 0) <= 0) return true;
  uint8_t room[256];
  const ssize_t size = ::read(STDIN_FILENO, room, sizeof room);
  if (size > 0) console.write({room, static_cast<size_t>(size)});
  return size > 0;
}

void monitor(const MonitorOptions& options) {
  Log log(options.log);
  const auto console = client::open_port(options.console, client::kDefaultBaud);
  const auto messages =
      options.messages.empty() ? nullptr : client::open_port(options.messages, options.baud);
  ConsoleView console_view(log);
  MessagesView messages_view(log);
  std::signal(SIGINT, [](int) { interrupted = true; });
  std::signal(SIGTERM, [](int) { interrupted = true; });
  bool is_typing = true;
  while (!interrupted) {
    if (is_typing) is_typing = send_typed(*console);
    look(*console, console_view);
    if (messages) look(*messages, messages_view);
  }
  console_view.flush();
  messages_view.flush();
}

}  // namespace

void add_monitor_command(CLI::App& program) {
  auto options = std::make_shared<MonitorOptions>();
  CLI::App& command = *program.add_subcommand(
      "monitor",
      "Both ports of a board in one terminal, with times; typed lines go to the console");
  command
      .add_option("console", options->console,
                  "Serial port or pseudo-terminal of the board's console, or tcp:HOST:PORT")
      ->required();
  command.add_option("messages", options->messages, "The same of its port for messages");
  command.add_option("--baud", options->baud, "Bits a second of the port for messages")
      ->capture_default_str();
  command.add_option("--log", options->log, "Write the lines to this file, too");
  command.callback([options] { monitor(*options); });
}

}  // namespace solder::cli
