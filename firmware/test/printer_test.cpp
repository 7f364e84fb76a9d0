#include "firmware/hal/printer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <limits>
#include <string>

namespace firmware {
namespace {

std::string printed;
constexpr Printer out([](char character) { printed += character; });

template <class T>
std::string text_of(T value) {
  printed.clear();
  out << value;
  return printed;
}

TEST(Printer, Integers) {
  EXPECT_EQ(text_of(0), "0");
  EXPECT_EQ(text_of(-120), "-120");
  EXPECT_EQ(text_of(uint8_t{200}), "200");
  EXPECT_EQ(text_of(INT64_MIN), "-9223372036854775808");
  EXPECT_EQ(text_of(UINT64_MAX), "18446744073709551615");
}

TEST(Printer, Fixed) {
  EXPECT_EQ(text_of(Fixed{126310, 3}), "126.310");
  EXPECT_EQ(text_of(Fixed{5, 3}), "0.005");
  EXPECT_EQ(text_of(Fixed{0, 2}), "0.00");
}

TEST(Printer, HexAndPadding) {
  EXPECT_EQ(text_of(Hex{0xBEEF, 8}), "0000beef");
  EXPECT_EQ(text_of(Hex{0x5, 2}), "05");
  EXPECT_EQ(text_of(Padded{"ADD", 5}), "ADD  ");
  EXPECT_EQ(text_of(Padded{"SOFTMAX", 5}), "SOFTMAX");
}

TEST(Printer, RealsThatAreNotNumbers) {
  EXPECT_EQ(text_of(Real{std::numeric_limits<float>::quiet_NaN(), 6}), "nan");
  EXPECT_EQ(text_of(Real{std::numeric_limits<float>::infinity(), 6}), "inf");
  EXPECT_EQ(text_of(Real{-std::numeric_limits<float>::infinity(), 6}), "-inf");
}

TEST(Printer, HugeRealsAreExact) {
  EXPECT_EQ(text_of(Real{16777216.0F, 6}), "16777216");
  EXPECT_EQ(text_of(Real{0x1.8p126F, 6}), "12582912*2^103");
}

// printf rounds halves to even, we round them up: compared by value, within half a unit.
TEST(Printer, RealsAgreeWithPrintf) {
  for (float value = 1e-12F; value < 8e6F; value *= 1.0173F) {
    char expected[32];
    std::snprintf(expected, sizeof expected, "%.6f", static_cast<double>(-value));
    const std::string actual = text_of(Real{-value, 6});
    EXPECT_EQ(actual.size(), std::string(expected).size());
    EXPECT_NEAR(std::stod(actual), -static_cast<double>(value), 0.501e-6) << expected;
  }
  EXPECT_EQ(text_of(Real{0.0F, 6}), "0.000000");
  EXPECT_EQ(text_of(Real{0.00390625F, 9}), "0.003906250");
  EXPECT_EQ(text_of(Real{0.9999999F, 3}), "1.000");
}

}  // namespace
}  // namespace firmware
