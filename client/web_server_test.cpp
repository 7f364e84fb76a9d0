#include "client/web_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/websocket.hpp>
#include <random>
#include <thread>
#include <utility>

namespace solder::client {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;
using asio::ip::tcp;
using testing::HasSubstr;
using testing::StartsWith;

// A board that sends back what it gets.
class EchoPort final : public Port {
 public:
  size_t read(std::span<uint8_t> room, int) override {
    const size_t size = std::min(room.size(), bytes_.size());
    std::copy_n(bytes_.begin(), size, room.begin());
    bytes_.erase(0, size);
    return size;
  }
  void write(std::span<const uint8_t> bytes) override { bytes_.append(bytes.begin(), bytes.end()); }
  uint32_t baud() const override { return 0; }
  const std::string& name() const override { return name_; }

 private:
  std::string bytes_, name_ = "echo";
};

class WebServerTest : public testing::Test {
 protected:
  ~WebServerTest() override {
    server_.stop();
    thread_.join();
  }

  uint16_t port() const {
    const std::string address = server_.address();
    return static_cast<uint16_t>(std::stoi(address.substr(address.rfind(':') + 1)));
  }
  tcp::socket connect() {
    tcp::socket socket(context_);
    socket.connect({asio::ip::address_v4::loopback(), port()});
    return socket;
  }
  // All that comes until the server closes; `request` asks it to.
  std::string ask(const std::string& request) {
    tcp::socket socket = connect();
    boost::system::error_code error;
    asio::write(socket, asio::buffer(request), error);
    std::string answer;
    asio::read(socket, asio::dynamic_buffer(answer), error);
    return answer;
  }
  std::string get(const std::string& path) {
    return ask("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  }
  using Socket = websocket::stream<tcp::socket>;
  Socket open_board(const std::string& origin = "") {
    Socket socket(connect());
    if (!origin.empty())
      socket.set_option(
          websocket::stream_base::decorator([origin](websocket::request_type& request) {
            request.set(beast::http::field::origin, origin);
          }));
    socket.handshake("127.0.0.1:" + std::to_string(port()), "/board");
    socket.binary(true);
    return socket;
  }
  static std::string receive(Socket& socket, size_t bytes) {
    beast::flat_buffer buffer;
    while (buffer.size() < bytes) socket.read(buffer);
    return beast::buffers_to_string(buffer.data());
  }
  // A page and a board are there for whoever comes next.
  void expect_at_work() {
    EXPECT_THAT(get("/"), HasSubstr("<title>page</title>"));
    Socket socket = open_board();
    socket.write(asio::buffer(std::string("hello")));
    EXPECT_EQ(receive(socket, 5), "hello");
  }

  std::string refusal_;  // of boards, when there is one
  asio::io_context context_;
  WebServer server_{0,
                    {{"/index.html", "<title>page</title>"}, {"/page.js", "1"}},
                    [this]() -> std::unique_ptr<Port> {
                      if (!refusal_.empty()) throw PortError(refusal_);
                      return std::make_unique<EchoPort>();
                    }};
  std::thread thread_{[this] { server_.run(); }};
};

TEST_F(WebServerTest, ServesFilesAndNothingElse) {
  EXPECT_THAT(get("/"), AllOf(StartsWith("HTTP/1.1 200"), HasSubstr("<title>page</title>")));
  EXPECT_THAT(get("/page.js?x=1"), HasSubstr("Content-Type: text/javascript"));
  for (const char* path :
       {"/../etc/passwd", "/%2e%2e/etc/passwd", "//", "/page.js/", "page.js", "*"})
    EXPECT_THAT(get(path), StartsWith("HTTP/1.1 404")) << path;
  EXPECT_THAT(get("/board"), StartsWith("HTTP/1.1 426"));
  const std::string head = ask("HEAD / HTTP/1.1\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(head, AllOf(StartsWith("HTTP/1.1 200"), HasSubstr("Content-Length: 19"),
                          Not(HasSubstr("<title>"))));
  EXPECT_THAT(ask("DELETE / HTTP/1.1\r\nConnection: close\r\n\r\n"), StartsWith("HTTP/1.1 405"));
}

TEST_F(WebServerTest, OutlivesDamagedRequests) {
  const std::string upgrade =
      "GET /board HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
  ask("\r\n\r\n\r\n");
  ask("GET / HTTP/1.1\r\nX: " + std::string(1 << 20, 'x') + "\r\n\r\n");
  ask("POST / HTTP/1.1\r\nContent-Length: 1000000000000\r\n\r\n");
  ask("GET / HTTP/9.9\r\n\r\n");
  for (size_t size = 0; size < upgrade.size(); size += 7) {  // closed in the middle
    tcp::socket socket = connect();
    asio::write(socket, asio::buffer(upgrade, size));
  }
  std::mt19937 random(1);
  for (int i = 0; i < 300; ++i) {
    std::string damaged = upgrade;
    for (int n = 0; n < 3; ++n) damaged[random() % damaged.size()] = static_cast<char>(random());
    tcp::socket socket = connect();
    boost::system::error_code error;
    asio::write(socket, asio::buffer(damaged), error);
  }
  expect_at_work();
}

TEST_F(WebServerTest, OutlivesDamagedWebSockets) {
  std::mt19937 random(1);
  for (int i = 0; i < 100; ++i) {
    Socket socket = open_board();
    std::string noise(64, 0);
    for (char& character : noise) character = static_cast<char>(random());
    boost::system::error_code error;
    asio::write(socket.next_layer(), asio::buffer(noise), error);
  }
  for (int i = 0; i < 20; ++i) {  // gone while the echo is on its way
    Socket socket = open_board();
    socket.write(asio::buffer(std::string(8000, 'x')));
  }
  expect_at_work();
}

TEST_F(WebServerTest, ClosesWhenAMessageIsTooLong) {
  Socket socket = open_board();
  socket.write(asio::buffer(std::string(8193, 'x')));
  beast::flat_buffer buffer;
  boost::system::error_code error;
  socket.read(buffer, error);
  EXPECT_EQ(error, websocket::error::closed);
  EXPECT_EQ(socket.reason().code, websocket::close_code::too_big);
  expect_at_work();
}

TEST_F(WebServerTest, CarriesEveryByteInOrder) {
  Socket socket = open_board();
  std::string sent;
  for (int i = 0; i < 200; ++i) {
    std::string part(997, static_cast<char>(i));
    socket.write(asio::buffer(part));
    sent += part;
  }
  EXPECT_EQ(receive(socket, sent.size()), sent);
}

TEST_F(WebServerTest, TellsWhyThereIsNoBoard) {
  refusal_ = "no firmware image is built " + std::string(200, '.');
  Socket socket = open_board();
  beast::flat_buffer buffer;
  boost::system::error_code error;
  socket.read(buffer, error);
  EXPECT_THAT(std::string(socket.reason().reason.c_str()),
              StartsWith("no firmware image is built"));
}

TEST_F(WebServerTest, RefusesPagesOfOtherSites) {
  EXPECT_NO_THROW(open_board("http://127.0.0.1:" + std::to_string(port())));
  EXPECT_THROW(open_board("https://example.com"), boost::system::system_error);
}

TEST_F(WebServerTest, SaysThatThePortIsInUse) {
  try {
    WebServer second(port(), {}, {});
    FAIL();
  } catch (const PortError& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("Address already in use"), HasSubstr("--port")));
  }
}

}  // namespace
}  // namespace solder::client
