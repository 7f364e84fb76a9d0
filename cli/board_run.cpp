#include "cli/board_run.h"

#include <fmt/format.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

#include "simulator/boards/board.h"
#include "simulator/console/endpoint.h"
#include "simulator/console/session.h"
#include "simulator/timing/cortex_m7.h"

namespace solder::cli {
namespace {

constexpr const char* kConsoleUsart = "USART6";
constexpr const char* kSecondUsart = "UART7";
constexpr std::uint64_t kFaultsShown = 4;

struct BoardRunOptions {
  std::string image;
  std::string board = "stm32f746g-disco";
  std::string console = "stdio";
  std::string uart7;
  std::optional<std::uint32_t> uart7_baud;
  std::string text;
  std::optional<double> milliseconds;
  bool real_time = false;
  std::optional<std::uint16_t> gdb_port;
};

std::string unescape(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    switch (text[++i]) {
      case 'n':
        out += '\n';
        break;
      case 'r':
        out += '\r';
        break;
      case 't':
        out += '\t';
        break;
      case '\\':
        out += '\\';
        break;
      default:
        throw std::runtime_error(
            fmt::format("--send: \\{} is not an escape; \\n, \\r, \\t and \\\\ are", text[i]));
    }
  }
  return out;
}

// Ctrl-C stops the board between two instructions instead of killing us.
std::atomic<simulator::Board*> running_board = nullptr;
static_assert(std::atomic<simulator::Board*>::is_always_lock_free);

extern "C" void stop_running_board(int) {
  if (simulator::Board* board = running_board) board->request_stop();
}

class InterruptHandler {
 public:
  explicit InterruptHandler(simulator::Board& board) {
    running_board = &board;
    struct sigaction action {};
    action.sa_handler = stop_running_board;
    sigaction(SIGINT, &action, &before_);
  }
  ~InterruptHandler() {
    sigaction(SIGINT, &before_, nullptr);
    running_board = nullptr;
  }
  InterruptHandler(const InterruptHandler&) = delete;
  InterruptHandler& operator=(const InterruptHandler&) = delete;

 private:
  struct sigaction before_ {};
};

void connect(simulator::Session& session, const char* usart, const std::string& where) {
  auto endpoint = simulator::make_endpoint(where);
  if (const std::string address = endpoint->address(); !address.empty()) {
    fmt::print(stderr, "{} is {}\n", usart, address);
  }
  session.connect(usart, std::move(endpoint));
}

// The exit code of the program.
int report(const simulator::Board& board, const simulator::RunResult& result) {
  using simulator::StopReason;
  if (board.fault_count() > kFaultsShown) {
    fmt::print(stderr, "board: {} faults in all\n", board.fault_count());
  }
  switch (result.reason) {
    case StopReason::kTimeLimit:
    case StopReason::kHostRequest:
    case StopReason::kIdle:
      break;
    case StopReason::kExit:
      if (result.exit_code != 0) return result.exit_code;
      break;
    default:
      fmt::print(stderr, "board: {}\n", result.explanation);
      if ((board.fault_count() == 0 || result.reason == StopReason::kStackOverflow) &&
          result.reason != StopReason::kIdleForever) {
        fmt::print(stderr, "{}", board.describe_state());
      }
  }
  const bool failed = result.failed() || result.reason == StopReason::kBreakpoint;
  return failed || board.fault_count() > 0 ? 1 : 0;
}

void run(const BoardRunOptions& options) {
  const simulator::BoardDescription* description = simulator::find_board(options.board);
  if (!description) throw std::runtime_error(options.board + ": there is no such board");
  simulator::Board board(*description, simulator::Image::load(options.image),
                         std::make_unique<simulator::CortexM7Timing>());
  board.on_diagnostic([](const std::string& text) { fmt::print(stderr, "board: {}\n", text); });
  board.on_fault([&board](const simulator::Fault& fault) {
    if (board.fault_count() <= kFaultsShown) {
      fmt::print(stderr, "board: {}", board.describe(fault));
    }
  });
  board.on_semihosting([](std::string_view text) { fmt::print("{}", text); });

  simulator::Session session(board);
  connect(session, kConsoleUsart, options.console);
  if (!options.uart7.empty()) connect(session, kSecondUsart, options.uart7);
  if (options.uart7_baud) board.serial(kSecondUsart).set_far_end_baud(*options.uart7_baud);
  if (!options.text.empty()) session.send(unescape(options.text));
  if (options.milliseconds) session.set_duration(*options.milliseconds);

  session.set_real_time(options.real_time);
  if (options.gdb_port) {
    auto endpoint = simulator::make_endpoint(fmt::format("tcp:{}", *options.gdb_port));
    const std::string address = endpoint->address().substr(std::string_view("tcp:").size());
    fmt::print(stderr, "board: waits for a debugger; in gdb-multiarch: target remote {}\n",
               address);
    session.attach_debugger(std::move(endpoint));
  }

  const InterruptHandler handler(board);
  const simulator::RunResult result = session.run();
  std::fflush(stdout);
  if (const int code = report(board, result)) throw CLI::RuntimeError(code);
}

}  // namespace

void add_board_command(CLI::App& program) {
  CLI::App& board = *program.add_subcommand("board", "The virtual board");
  board.require_subcommand(1);
  auto options = std::make_shared<BoardRunOptions>();
  CLI::App& command = *board.add_subcommand("run", "Run a firmware image on the virtual board");
  command.add_option("elf", options->image, "Firmware image with symbols, an ELF file")->required();
  command.add_option("--board", options->board, "Which board")->capture_default_str();
  command
      .add_option("--console", options->console,
                  "Where USART6 leads: stdio, pty, or tcp:PORT on this computer")
      ->capture_default_str();
  CLI::Option* uart7 =
      command.add_option("--uart7", options->uart7, "Where UART7 leads: pty or tcp:PORT");
  command
      .add_option("--uart7-baud", options->uart7_baud,
                  "Bits a second that the program at UART7 speaks; the board's is told when it "
                  "differs. Default: 115200")
      ->check(CLI::PositiveNumber)
      ->needs(uart7);
  command.add_option("--send", options->text,
                     "Text for the console once the firmware has started; \\n and \\r are escapes");
  command.add_flag("--real-time", options->real_time,
                   "Keep simulated time in step with the clock on the wall, for people who watch");
  command.add_option("--gdb", options->gdb_port,
                     "Wait for GDB on this TCP port of this computer before the first instruction");
  command
      .add_option("--for", options->milliseconds,
                  "Stop after so many simulated milliseconds; else when the input has ended and "
                  "the firmware is quiet")
      ->check([](const std::string& text) {
        return std::atof(text.c_str()) > 0 ? "" : "give a number of milliseconds above 0";
      });
  command.callback([options] { run(*options); });
}

}  // namespace solder::cli
