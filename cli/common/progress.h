// A progress bar on standard error, for work that takes more than a second on a terminal.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace solder::cli {

class Progress {
 public:
  explicit Progress(std::string title);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void operator()(size_t done, size_t total);

 private:
  std::string title_;
  bool terminal_;
  bool shown_ = false;
  std::chrono::steady_clock::time_point start_, last_;
};

}  // namespace solder::cli
