// A WebSocket whose binary messages are the bytes of a line to a board.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "client/port.h"

namespace solder::client {

// Lives as long as its WebSocket.
class BoardBridge : public std::enable_shared_from_this<BoardBridge> {
 public:
  using Request = boost::beast::http::request<boost::beast::http::empty_body>;

  BoardBridge(boost::beast::tcp_stream stream, std::function<std::unique_ptr<Port>()> open);
  // Answers the request for an upgrade, and carries bytes from then on.
  void start(const Request& upgrade);

 private:
  void open_port();
  void read();
  void pump();
  void write();
  void close(const std::string& reason);

  boost::beast::websocket::stream<boost::beast::tcp_stream> socket_;
  boost::asio::steady_timer timer_;
  std::function<std::unique_ptr<Port>()> open_;
  std::unique_ptr<Port> port_;
  boost::beast::flat_buffer message_;
  std::string arrived_, sending_;  // from the board; what of it is on its way
  bool is_closed_ = false;
};

}  // namespace solder::client
