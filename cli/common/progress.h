// A progress bar on standard error, for work that takes more than a second on a terminal.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace solder::cli {

class Progress {
 public:
  Progress(std::string title, size_t total);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void set(size_t done);

 private:
  std::string title_;
  size_t total_;
  bool terminal_;
  bool shown_ = false;
  std::chrono::steady_clock::time_point start_, last_;
};

}  // namespace solder::cli
