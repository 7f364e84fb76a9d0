#include "firmware/hal/printer.h"

#include <bit>

namespace firmware {

const Printer& Printer::operator<<(const char* text) const {
  while (*text != '\0') put_(*text++);
  return *this;
}

const Printer& Printer::operator<<(Fixed number) const {
  char digits[20];  // of 2^64 - 1
  int count = 0;
  do {
    digits[count++] = static_cast<char>('0' + number.value % 10);
    number.value /= 10;
  } while (number.value != 0 || count <= number.decimals);
  while (count > 0) {
    put_(digits[--count]);
    if (count == number.decimals && count > 0) put_('.');
  }
  return *this;
}

const Printer& Printer::operator<<(Real number) const {
  const auto bits = std::bit_cast<uint32_t>(number.value);
  const auto biased_exponent = static_cast<int>(bits >> 23 & 0xFF);
  uint64_t mantissa = bits & 0x7FFFFF;
  if (biased_exponent == 0xFF && mantissa != 0) return *this << "nan";
  if (bits >> 31 != 0) put_('-');
  if (biased_exponent == 0xFF) return *this << "inf";

  // The value is mantissa * 2^exponent.
  int exponent = -149;  // of a denormal number
  if (biased_exponent != 0) {
    mantissa |= 0x800000;
    exponent = biased_exponent - 150;
  }
  if (exponent > 39) return *this << mantissa << "*2^" << exponent;
  if (exponent >= 0) return *this << (mantissa << exponent);
  for (int i = 0; i < number.decimals; ++i) mantissa *= 10;  // below 2^24 * 10^9 < 2^54
  const int right = -exponent;
  mantissa = right > 63 ? 0 : (mantissa + (uint64_t{1} << (right - 1))) >> right;
  return *this << Fixed{mantissa, number.decimals};
}

const Printer& Printer::operator<<(Hex number) const {
  for (int shift = 4 * (number.digits - 1); shift >= 0; shift -= 4)
    put_("0123456789abcdef"[number.value >> shift & 0xF]);
  return *this;
}

const Printer& Printer::operator<<(Padded padded) const {
  for (; *padded.text != '\0'; --padded.width) put_(*padded.text++);
  for (; padded.width > 0; --padded.width) put_(' ');
  return *this;
}

}  // namespace firmware
