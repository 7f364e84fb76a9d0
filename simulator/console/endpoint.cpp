#include "simulator/console/endpoint.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <termios.h>

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

#include "simulator/console/descriptor.h"

namespace simulator {
namespace {

[[noreturn]] void fail(const std::string& what) {
  throw std::runtime_error(fmt::format("{}: {}", what, std::strerror(errno)));
}

class Stdio final : public Endpoint {
 public:
  std::string read() override {
    std::string out;
    if (!ended_ && !read_available(STDIN_FILENO, out)) ended_ = true;
    return out;
  }
  void write(std::string_view bytes) override { write_all(STDOUT_FILENO, bytes); }
  bool ended() const override { return ended_; }
  int descriptor() const override { return ended_ ? -1 : STDIN_FILENO; }
  bool interactive() const override { return isatty(STDIN_FILENO); }

 private:
  bool ended_ = false;
};

// The master's side is kept, and the slave's too: without a reader a write would fail.
class Pty final : public Endpoint {
 public:
  Pty() : master_(posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)) {
    if (!master_ || grantpt(master_.get()) != 0 || unlockpt(master_.get()) != 0) {
      fail("no pseudo-terminal");
    }
    path_ = ptsname(master_.get());
    slave_ = Descriptor(open(path_.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC));
    termios settings;
    if (!slave_ || tcgetattr(slave_.get(), &settings) != 0) fail(path_);
    cfmakeraw(&settings);
    tcsetattr(slave_.get(), TCSANOW, &settings);
  }
  std::string read() override {
    std::string out;
    read_available(master_.get(), out);
    return out;
  }
  // A full pseudo-terminal drops bytes, as a serial line that nobody listens to does.
  void write(std::string_view bytes) override {
    [[maybe_unused]] const ssize_t count = ::write(master_.get(), bytes.data(), bytes.size());
  }
  int descriptor() const override { return master_.get(); }
  bool interactive() const override { return true; }
  std::string address() const override { return path_; }

 private:
  Descriptor master_, slave_;
  std::string path_;
};

// One client at a time; when it leaves the next may come.
class Tcp final : public Endpoint {
 public:
  explicit Tcp(std::uint16_t port)
      : listener_(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
    const std::string what = fmt::format("TCP port {}", port);
    const int yes = 1;
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    socklen_t length = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (!listener_ ||
        setsockopt(listener_.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0 ||
        bind(listener_.get(), generic, length) != 0 || listen(listener_.get(), 1) != 0 ||
        getsockname(listener_.get(), generic, &length) != 0) {
      fail(what);
    }
    port_ = ntohs(address.sin_port);
  }
  std::string read() override {
    accept_client();
    std::string out;
    if (client_ && !read_available(client_.get(), out)) client_.reset();
    return out;
  }
  void write(std::string_view bytes) override {
    accept_client();
    // send() instead of write(): a client that has gone must not end us by SIGPIPE.
    while (client_ && !bytes.empty()) {
      const ssize_t count = send(client_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count > 0) {
        bytes.remove_prefix(static_cast<std::size_t>(count));
      } else if (errno != EINTR) {
        client_.reset();
      }
    }
  }
  int descriptor() const override { return client_ ? client_.get() : listener_.get(); }
  bool interactive() const override { return true; }
  std::string address() const override { return fmt::format("tcp:127.0.0.1:{}", port_); }

 private:
  void accept_client() {
    if (client_) return;
    client_ = Descriptor(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    const int yes = 1;
    if (client_) setsockopt(client_.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  }

  Descriptor listener_, client_;
  std::uint16_t port_ = 0;
};

}  // namespace

std::unique_ptr<Endpoint> make_endpoint(const std::string& where) {
  if (where == "stdio") return std::make_unique<Stdio>();
  if (where == "pty") return std::make_unique<Pty>();
  constexpr std::string_view kTcp = "tcp:";
  if (where.starts_with(kTcp)) {
    std::uint16_t port = 0;
    const char* end = where.data() + where.size();
    const auto [stop, error] = std::from_chars(where.data() + kTcp.size(), end, port);
    if (error == std::errc() && stop == end) return std::make_unique<Tcp>(port);
    throw std::runtime_error(where + ": give a port from 0 to 65535, as in tcp:4000");
  }
  throw std::runtime_error(where + ": not a console; give stdio, pty or tcp:PORT");
}

}  // namespace simulator
