#include "cli/common/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace solder::cli {

using Clock = std::chrono::steady_clock;

Progress::Progress(std::string title)
    : title_(std::move(title)),
      terminal_(isatty(STDERR_FILENO) != 0),
      start_(Clock::now()),
      last_(start_) {}

Progress::~Progress() {
  if (shown_) std::fputs("\r\033[K", stderr);
}

void Progress::operator()(size_t done, size_t total) {
  using std::chrono::milliseconds;
  const auto now = Clock::now();
  if (!terminal_ || now - start_ < milliseconds(1000) || now - last_ < milliseconds(100)) return;
  last_ = now;
  shown_ = true;
  constexpr size_t kWidth = 40;
  const size_t filled = done * kWidth / std::max<size_t>(total, 1);
  const double seconds = std::chrono::duration<double>(now - start_).count();
  const double left =
      done == 0 ? 0 : seconds * static_cast<double>(total - done) / static_cast<double>(done);
  fmt::print(stderr, "\r{} [{:=<{}}{: <{}}] {}/{}, {:.0f} s left\033[K", title_, "", filled, "",
             kWidth - filled, done, total, left);
  std::fflush(stderr);
}

}  // namespace solder::cli
