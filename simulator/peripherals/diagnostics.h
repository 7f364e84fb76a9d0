// What the board tells its user beside the firmware's own output.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <utility>

namespace simulator {

class Diagnostics {
 public:
  using Sink = std::function<void(const std::string&)>;

  void set_sink(Sink sink) { sink_ = std::move(sink); }
  void report(const std::string& text) {
    if (sink_) sink_(text);
  }
  /// Reports each distinct text once.
  void report_once(const std::string& text) {
    if (reported_.insert(text).second) report(text);
  }

 private:
  Sink sink_;
  std::set<std::string> reported_;
};

}  // namespace simulator
