// Text output without stdio: `out << "took " << Fixed{us, 3} << " ms\n"`.
#pragma once

#include <concepts>
#include <cstdint>

namespace firmware {

// value / 10^decimals.
struct Fixed {
  uint64_t value;
  int decimals;
};

// Rounded to `decimals` (at most 9); from 2^63 on as mantissa*2^exponent.
struct Real {
  float value;
  int decimals;
};

struct Hex {
  uint32_t value;
  int digits;
};

// Text with spaces after it up to `width` characters.
struct Padded {
  const char* text;
  int width;
};

class Printer {
 public:
  constexpr explicit Printer(void (*put)(char)) : put_(put) {}

  const Printer& operator<<(char character) const {
    put_(character);
    return *this;
  }
  const Printer& operator<<(const char* text) const;
  const Printer& operator<<(std::unsigned_integral auto value) const {
    return *this << Fixed{value, 0};
  }
  const Printer& operator<<(std::signed_integral auto value) const {
    const auto magnitude = static_cast<uint64_t>(value);
    if (value >= 0) return *this << magnitude;
    return *this << '-' << 0 - magnitude;
  }
  const Printer& operator<<(Fixed number) const;
  const Printer& operator<<(Real number) const;
  const Printer& operator<<(Hex number) const;
  const Printer& operator<<(Padded padded) const;

 private:
  void (*put_)(char);
};

}  // namespace firmware
