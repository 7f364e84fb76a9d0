// The end of a UART that a test writes and reads.
#pragma once

#include <string>
#include <utility>

#include "simulator/console/endpoint.h"

namespace simulator {

/// A file or pipe: what is not read yet waits.
class ScriptEndpoint final : public Endpoint {
 public:
  ScriptEndpoint(std::string input, std::string& output)
      : input_(std::move(input)), output_(output) {}
  std::string read() override { return std::exchange(input_, {}); }
  void write(std::string_view bytes) override { output_ += bytes; }
  bool ended() const override { return input_.empty(); }
  int descriptor() const override { return -1; }
  bool interactive() const override { return false; }

 private:
  std::string input_;
  std::string& output_;
};

}  // namespace simulator
