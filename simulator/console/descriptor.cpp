#include "simulator/console/descriptor.h"

#include <poll.h>

#include <array>
#include <cerrno>

namespace simulator {

bool read_available(int descriptor, std::string& out) {
  std::array<char, 4096> buffer;
  for (;;) {
    pollfd watched{descriptor, POLLIN, 0};
    if (poll(&watched, 1, 0) <= 0 || !(watched.revents & (POLLIN | POLLHUP))) return true;
    const ssize_t count = ::read(descriptor, buffer.data(), buffer.size());
    if (count > 0) {
      out.append(buffer.data(), static_cast<std::size_t>(count));
    } else if (count == 0 || (errno != EINTR && errno != EAGAIN)) {
      return false;
    }
  }
}

bool write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(descriptor, bytes.data(), bytes.size());
    if (count >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(count));
    } else if (errno == EAGAIN) {
      pollfd watched{descriptor, POLLOUT, 0};
      poll(&watched, 1, -1);
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}

}  // namespace simulator
