#include "client/board_bridge.h"

#include <boost/asio/post.hpp>
#include <chrono>

namespace solder::client {
namespace {

namespace beast = boost::beast;
namespace websocket = beast::websocket;
using beast::error_code;

// A page sends a frame at a time, which is half of this.
constexpr size_t kMostMessageBytes = 8192;
// A page that does not read gets no more until it does.
constexpr size_t kMostWaitingBytes = 1 << 16;
// A virtual board runs this far, in its own time, before anybody else has a turn, and never faster
// than time on the wall.
constexpr int kSliceMs = 2;

}  // namespace

BoardBridge::BoardBridge(beast::tcp_stream stream, std::function<std::unique_ptr<Port>()> open)
    : socket_(std::move(stream)), timer_(socket_.get_executor()), open_(std::move(open)) {}

void BoardBridge::start(const Request& upgrade) {
  beast::get_lowest_layer(socket_).expires_never();
  socket_.set_option(websocket::stream_base::timeout::suggested(beast::role_type::server));
  socket_.read_message_max(kMostMessageBytes);
  socket_.binary(true);
  socket_.async_accept(upgrade, [self = shared_from_this()](error_code error) {
    if (!error) self->open_port();
  });
}

void BoardBridge::open_port() {
  try {
    port_ = open_();
  } catch (const std::exception& error) {
    return close(error.what());
  }
  read();
  pump();
}

void BoardBridge::read() {
  socket_.async_read(message_, [self = shared_from_this()](error_code error, size_t) {
    if (error) {
      self->is_closed_ = true;
      self->timer_.cancel();
      return;
    }
    if (self->is_closed_) return;
    try {
      const auto bytes = self->message_.cdata();
      self->port_->write({static_cast<const uint8_t*>(bytes.data()), bytes.size()});
    } catch (const std::exception& failure) {
      return self->close(failure.what());
    }
    self->message_.consume(self->message_.size());
    self->read();
  });
}

// Moves what the board has sent, and comes back.
void BoardBridge::pump() {
  if (is_closed_) return;
  const auto next = std::chrono::steady_clock::now() + std::chrono::milliseconds(kSliceMs);
  uint8_t room[4096];
  try {
    if (arrived_.size() < kMostWaitingBytes) {
      const size_t size = port_->read(room, kSliceMs);
      arrived_.append(reinterpret_cast<const char*>(room), size);
    }
  } catch (const std::exception& failure) {
    return close(failure.what());
  }
  write();
  timer_.expires_at(next);
  timer_.async_wait([self = shared_from_this()](error_code error) {
    if (!error) self->pump();
  });
}

void BoardBridge::write() {
  if (!sending_.empty() || arrived_.empty() || is_closed_) return;
  sending_.swap(arrived_);
  socket_.async_write(boost::asio::buffer(sending_),
                      [self = shared_from_this()](error_code error, size_t) {
                        self->sending_.clear();
                        if (!error) self->write();
                      });
}

void BoardBridge::close(const std::string& reason) {
  if (std::exchange(is_closed_, true)) return;
  websocket::close_reason told(websocket::close_code::internal_error);
  const size_t longest = told.reason.max_size();
  told.reason.assign(reason.data(), std::min(reason.size(), longest));
  socket_.async_close(told, [self = shared_from_this()](error_code) {});
}

}  // namespace solder::client
