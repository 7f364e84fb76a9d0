#pragma once

#include <unistd.h>

#include <string>
#include <string_view>
#include <utility>

namespace simulator {

/// Owns a file descriptor.
class Descriptor {
 public:
  explicit Descriptor(int value = -1) : value_(value) {}
  ~Descriptor() { reset(); }
  Descriptor(Descriptor&& other) noexcept : value_(std::exchange(other.value_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    reset(std::exchange(other.value_, -1));
    return *this;
  }
  void reset(int value = -1) {
    if (value_ >= 0) close(value_);
    value_ = value;
  }
  [[nodiscard]] int get() const { return value_; }
  explicit operator bool() const { return value_ >= 0; }

 private:
  int value_;
};

/// Reads what is there without waiting. False at the end of the stream.
bool read_available(int descriptor, std::string& out);
/// Writes all of `bytes`, waiting as long as the reader needs. False when nobody reads any more.
bool write_all(int descriptor, std::string_view bytes);

}  // namespace simulator
