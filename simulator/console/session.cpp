#include "simulator/console/session.h"

#include <poll.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

namespace simulator {
namespace {

constexpr double kSliceMs = 1;
// A firmware that sleeps and has been silent for this long has finished what it was doing. Longer
// than the silence by which firmware may recognise the end of a command, 10 ms.
constexpr double kSleepingSilenceMs = 20;
// One that never sleeps has to be silent for longer than a computation may take.
constexpr double kBusySilenceMs = 2000;
constexpr double kBusyBootMs = 100;

double host_ms() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration<double, std::milli>(now).count();
}

}  // namespace

void Session::connect(const std::string& usart, std::unique_ptr<Endpoint> endpoint) {
  lines_.push_back({&board_.serial(usart), std::move(endpoint), {}});
  const std::size_t index = lines_.size() - 1;
  lines_.back().usart->on_transmit(
      [this, index](std::uint8_t byte) { lines_[index].output += static_cast<char>(byte); });
}

RunResult Session::run() {
  const RunResult result = run_to_end();
  if (debugger_) debugger_->ended(result.exit_code);
  return result;
}

RunResult Session::run_to_end() {
  const double end = duration_.value_or(std::numeric_limits<double>::infinity());
  read_input();
  for (;;) {
    if (debugger_ && !debugger_->wait_while_halted()) {
      return {StopReason::kHostRequest, 0, "ended by the debugger"};
    }
    run_slice(end);
    write_output();
    if (debugger_ && debugger_->halted()) continue;
    if (result_.reason == StopReason::kStep) continue;
    if (result_.reason != StopReason::kTimeLimit || board_.milliseconds() >= end) return result_;
    read_input();
    send_line();
    if (!duration_ && !input_may_come() && to_send_.empty() && quiet(kBusySilenceMs)) {
      return result_;
    }
    wait();
  }
}

void Session::run_slice(double until) {
  const Cycle cycles = board_.cycles(), asleep = board_.cycles_asleep();
  const double now = board_.milliseconds();
  const RunLimits limits{.milliseconds = std::min(kSliceMs, until - now)};
  result_ = debugger_ ? debugger_->advance(limits) : board_.run(limits);
  mostly_asleep_ = 2 * (board_.cycles_asleep() - asleep) > board_.cycles() - cycles;
}

void Session::write_output() {
  for (Line& line : lines_) {
    if (line.output.empty() && line.usart->unreceived() == 0 && !line.usart->transmitting()) {
      continue;
    }
    last_byte_ms_ = board_.milliseconds();
    line.endpoint->write(line.output);
    line.output.clear();
  }
}

// A person's or a program's input goes to the board as it comes. A file or a pipe waits its turn,
// line by line, so that a run does not depend on how fast it was written.
void Session::read_input() {
  for (Line& line : lines_) {
    if (line.endpoint->interactive()) {
      if (const std::string input = line.endpoint->read(); !input.empty()) {
        line.usart->feed(input);
        last_byte_ms_ = board_.milliseconds();
      }
    } else if (to_send_.empty() || !sent_) {
      to_send_ += line.endpoint->read();
    }
  }
}

bool Session::quiet(double busy_silence) const {
  const double silence = board_.milliseconds() - last_byte_ms_;
  return silence >= (mostly_asleep_ ? kSleepingSilenceMs : busy_silence);
}

void Session::send_line() {
  if (to_send_.empty() || lines_.empty()) return;
  Usart& console = *lines_.front().usart;
  if (!console.receiver_enabled() || !quiet(sent_ ? kBusySilenceMs : kBusyBootMs)) return;
  const std::size_t length = std::min(to_send_.find('\n'), to_send_.size() - 1) + 1;
  console.feed(to_send_.substr(0, length));
  to_send_.erase(0, length);
  last_byte_ms_ = board_.milliseconds();
  sent_ = true;
}

bool Session::input_may_come() const {
  return (debugger_ && debugger_->attached()) ||
         std::ranges::any_of(lines_, [](const Line& line) { return !line.endpoint->ended(); });
}

// Whether simulated time must not run ahead of whoever may type.
bool Session::paced() const {
  return std::ranges::any_of(lines_, [this](const Line& line) {
    return !line.endpoint->ended() && (line.endpoint->interactive() || duration_);
  });
}

void Session::wait() {
  const bool idle = mostly_asleep_ && to_send_.empty() && input_may_come();
  if (!idle && !real_time_) return;
  double timeout = 0;
  if (real_time_ || paced()) {
    const double start = host_ms() - board_.milliseconds();
    // Behind the host: no hurry to make up for it.
    host_start_ms_ = std::max(start, host_start_ms_.value_or(start));
    timeout = *host_start_ms_ - start;
    if (timeout < 1) return;
  } else {
    if (!quiet(kBusySilenceMs)) return;
    timeout = -1;
  }
  std::vector<pollfd> watched;
  for (const Line& line : lines_) {
    const int descriptor = idle ? line.endpoint->descriptor() : -1;
    if (descriptor >= 0) watched.push_back({descriptor, POLLIN, 0});
  }
  if (debugger_) watched.push_back({debugger_->descriptor(), POLLIN, 0});
  poll(watched.data(), watched.size(), static_cast<int>(timeout));
}

}  // namespace simulator
