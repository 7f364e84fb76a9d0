// A page and a line to a board for it, over HTTP on this computer: GET and HEAD of files that are
// held in memory, and a WebSocket at /board whose binary messages are the bytes of the line.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "client/port.h"

namespace solder::client {

// What is served, by its path, "/page.js" say; "/" serves "/index.html".
using Files = std::map<std::string, std::string>;

class WebServer {
 public:
  // `open_board` gives each WebSocket a line of its own, or throws PortError, whose text the page
  // is told. Everything happens in run(). Throws PortError when the port is not to be had; port 0
  // picks a free one.
  WebServer(uint16_t port, Files files, std::function<std::unique_ptr<Port>()> open_board);
  ~WebServer();

  // As browsers take it.
  [[nodiscard]] std::string address() const;
  // Serves until stop(), which may be called from any thread.
  void run();
  void stop();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace solder::client
