#include "client/port.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include <utility>
// Asio of Boost 1.74 wants <utility> before it.
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/serial_port.hpp>
#include <boost/asio/write.hpp>

namespace solder::client {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

template <class Stream>
class StreamPort : public Port {
 public:
  StreamPort(std::string name, uint32_t baud) : name_(std::move(name)), baud_(baud) {}

  size_t read(std::span<uint8_t> room, int timeout_ms) override {
    pollfd watched = {.fd = stream_.native_handle(), .events = POLLIN, .revents = 0};
    if (::poll(&watched, 1, timeout_ms) <= 0) return 0;
    error_code error;
    const size_t size = stream_.read_some(asio::buffer(room.data(), room.size()), error);
    if (error) throw lost(error);
    return size;
  }

  void write(std::span<const uint8_t> bytes) override {
    error_code error;
    asio::write(stream_, asio::buffer(bytes.data(), bytes.size()), error);
    if (error) throw lost(error);
  }

  uint32_t baud() const override { return baud_; }
  const std::string& name() const override { return name_; }

 protected:
  PortError lost(const error_code& error) const {
    return PortError(fmt::format("{}: the line is gone ({}); plug it in again and try once more",
                                 name_, error.message()));
  }

  asio::io_context context_;
  Stream stream_{context_};

 private:
  std::string name_;
  uint32_t baud_;
};

class TcpPort final : public StreamPort<asio::ip::tcp::socket> {
 public:
  TcpPort(const std::string& name, const std::string& host, const std::string& port, uint32_t baud)
      : StreamPort(name, baud) {
    error_code error;
    const auto addresses = asio::ip::tcp::resolver(context_).resolve(host, port, error);
    if (error)
      throw PortError(
          fmt::format("{}: there is no such host or port ({}); as in tcp:127.0.0.1:4001", name,
                      error.message()));
    asio::connect(stream_, addresses, error);
    if (error)
      throw PortError(
          fmt::format("{}: nobody listens there ({}); start a board, as in: solder board run ELF "
                      "--uart7 tcp:{}",
                      name, error.message(), port));
    stream_.set_option(asio::ip::tcp::no_delay(true));
  }
};

std::string group_of(const std::string& path) {
  struct stat status {};
  const group* owner = ::stat(path.c_str(), &status) == 0 ? ::getgrgid(status.st_gid) : nullptr;
  return owner ? owner->gr_name : "dialout";
}

class SerialPort final : public StreamPort<asio::serial_port> {
 public:
  SerialPort(const std::string& path, uint32_t baud) : StreamPort(path, baud) {
    error_code error;
    stream_.open(path, error);
    if (error == boost::system::errc::permission_denied) {
      const std::string group = group_of(path);
      throw PortError(
          fmt::format("{}: no permission; it belongs to group {}: sudo usermod -aG {} $USER, then "
                      "log in anew",
                      path, group, group));
    }
    if (error == boost::system::errc::device_or_resource_busy) throw busy();
    if (error)
      throw PortError(
          fmt::format("{}: cannot be opened ({}); serial ports are in /dev/serial/by-id", path,
                      error.message()));
    if (::flock(stream_.native_handle(), LOCK_EX | LOCK_NB) != 0) throw busy();
    ::ioctl(stream_.native_handle(), TIOCEXCL);
    using Option = asio::serial_port_base;
    set(Option::baud_rate(baud), fmt::format("{} baud", baud));
    set(Option::character_size(8), "8 data bits");
    set(Option::parity(Option::parity::none), "no parity");
    set(Option::stop_bits(Option::stop_bits::one), "one stop bit");
    set(Option::flow_control(Option::flow_control::none), "no flow control");
  }

 private:
  template <class Value>
  void set(const Value& option, const std::string& what) {
    error_code error;
    stream_.set_option(option, error);
    if (error)
      throw PortError(fmt::format("{}: does not take {} ({}); is it a serial port?", name(), what,
                                  error.message()));
  }
  PortError busy() const {
    return PortError(name() + ": another program uses it; close that, or find it with: fuser " +
                     name());
  }
};

}  // namespace

std::unique_ptr<Port> open_port(const std::string& where, uint32_t baud) {
  constexpr std::string_view kTcp = "tcp:";
  if (!where.starts_with(kTcp)) return std::make_unique<SerialPort>(where, baud);
  const size_t colon = where.rfind(':');
  if (colon <= kTcp.size())
    throw PortError(where + ": give host and port, as in tcp:127.0.0.1:4001");
  return std::make_unique<TcpPort>(where, where.substr(kTcp.size(), colon - kTcp.size()),
                                   where.substr(colon + 1), baud);
}

}  // namespace solder::client
