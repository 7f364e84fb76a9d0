#include "client/web_server.h"

#include <fmt/format.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/strand.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <optional>
#include <utility>

#include "client/board_bridge.h"

namespace solder::client {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using beast::error_code;

constexpr uint32_t kMostHeaderBytes = 8192;
constexpr std::chrono::seconds kPatience{30};
constexpr const char* kBoardPath = "/board";

std::string_view content_type(std::string_view path) {
  static constexpr std::pair<std::string_view, std::string_view> kTypes[] = {
      {".html", "text/html; charset=utf-8"}, {".js", "text/javascript; charset=utf-8"},
      {".css", "text/css; charset=utf-8"},   {".svg", "image/svg+xml"},
      {".wasm", "application/wasm"},
  };
  for (const auto& [ending, type] : kTypes)
    if (path.ends_with(ending)) return type;
  return "application/octet-stream";
}

using Response = http::response<http::string_body>;

Response respond(const BoardBridge::Request& request, http::status status, std::string body,
                 std::string_view type) {
  Response response(status, request.version());
  response.set(http::field::content_type, beast::string_view(type.data(), type.size()));
  response.set(http::field::cache_control, "no-cache");
  response.set("X-Content-Type-Options", "nosniff");
  // Alone in its process, a page may tell time in microseconds.
  response.set("Cross-Origin-Opener-Policy", "same-origin");
  response.set("Cross-Origin-Embedder-Policy", "require-corp");
  response.keep_alive(request.keep_alive());
  response.content_length(body.size());
  if (request.method() != http::verb::head) response.body() = std::move(body);
  return response;
}

Response refuse(const BoardBridge::Request& request, http::status status, std::string text) {
  return respond(request, status, text + "\n", "text/plain; charset=utf-8");
}

std::string path_of(const BoardBridge::Request& request) {
  const auto target = request.target().substr(0, request.target().find('?'));
  return target == "/" ? "/index.html" : std::string(target);
}

Response answer(const BoardBridge::Request& request, const Files& files) {
  if (request.method() != http::verb::get && request.method() != http::verb::head)
    return refuse(request, http::status::method_not_allowed, "only GET and HEAD are answered");
  const std::string path = path_of(request);
  if (path == kBoardPath)
    return refuse(request, http::status::upgrade_required, "a WebSocket is wanted here");
  const auto file = files.find(path);
  if (file == files.end())
    return refuse(request, http::status::not_found, "there is nothing at this address");
  return respond(request, http::status::ok, file->second, content_type(path));
}

// Pages of other sites have no business with a board of this computer.
bool is_of_this_site(const BoardBridge::Request& request) {
  const auto origin = request.find(http::field::origin);
  if (origin == request.end()) return true;  // no browser
  const std::string host(request[http::field::host]);
  return origin->value() == "http://" + host || origin->value() == "https://" + host;
}

}  // namespace

struct WebServer::State {
  asio::io_context context{1};
  tcp::acceptor acceptor{context};
  Files files;
  std::function<std::unique_ptr<Port>()> open_board;

  void accept();
};

namespace {

// One connection: requests one after the other, until one is for a WebSocket.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(tcp::socket socket, const Files& files,
             const std::function<std::unique_ptr<Port>()>& open_board)
      : stream_(std::move(socket)), files_(files), open_board_(open_board) {}

  void read() {
    parser_.emplace();
    parser_->header_limit(kMostHeaderBytes);
    parser_->body_limit(0);
    stream_.expires_after(kPatience);
    http::async_read(stream_, buffer_, *parser_,
                     [self = shared_from_this()](error_code error, size_t) {
                       if (!error) self->handle();
                     });
  }

 private:
  void handle() {
    const BoardBridge::Request request = parser_->release();
    if (!beast::websocket::is_upgrade(request)) return write(answer(request, files_));
    if (path_of(request) != kBoardPath || !is_of_this_site(request))
      return write(refuse(request, http::status::forbidden, "no board for this page"));
    std::make_shared<BoardBridge>(std::move(stream_), open_board_)->start(request);
  }

  void write(Response response) {
    response_ = std::move(response);
    stream_.expires_after(kPatience);
    http::async_write(stream_, response_, [self = shared_from_this()](error_code error, size_t) {
      if (!error && self->response_.keep_alive()) self->read();
    });
  }

  beast::tcp_stream stream_;
  beast::flat_buffer buffer_{2 * kMostHeaderBytes};
  std::optional<http::request_parser<http::empty_body>> parser_;
  Response response_;
  const Files& files_;
  const std::function<std::unique_ptr<Port>()>& open_board_;
};

}  // namespace

void WebServer::State::accept() {
  acceptor.async_accept([this](error_code error, tcp::socket socket) {
    if (error == asio::error::operation_aborted) return;
    if (!error) std::make_shared<Connection>(std::move(socket), files, open_board)->read();
    accept();
  });
}

WebServer::WebServer(uint16_t port, Files files, std::function<std::unique_ptr<Port>()> open_board)
    : state_(std::make_unique<State>()) {
  state_->files = std::move(files);
  state_->open_board = std::move(open_board);
  const tcp::endpoint here(asio::ip::address_v4::loopback(), port);
  error_code error;
  tcp::acceptor& acceptor = state_->acceptor;
  acceptor.open(here.protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor.bind(here, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error)
    throw PortError(
        fmt::format("HTTP port {}: {}; choose another with --port", port, error.message()));
}

WebServer::~WebServer() = default;

std::string WebServer::address() const {
  return fmt::format("http://127.0.0.1:{}/", state_->acceptor.local_endpoint().port());
}

void WebServer::run() {
  state_->accept();
  state_->context.run();
}

void WebServer::stop() { state_->context.stop(); }

}  // namespace solder::client
