#include "firmware/app/line_reader.h"

#include <gtest/gtest.h>

#include <string>

namespace firmware {

struct SerialPort {
  std::string arrived;
};

bool read(SerialPort& port, uint8_t& byte) {
  if (port.arrived.empty()) return false;
  byte = static_cast<uint8_t>(port.arrived[0]);
  port.arrived.erase(0, 1);
  return true;
}

namespace {

class LineReaderTest : public testing::Test {
 protected:
  // Sends bytes at a time and returns the line that is then complete, or "-".
  std::string after(const std::string& bytes, uint32_t now_ms) {
    port_.arrived += bytes;
    return line_.poll(now_ms) ? line_.text() : "-";
  }

  SerialPort port_;
  LineReader line_{port_, [](const char* text) { return std::string(text) == "CMD=1"; }};
};

TEST_F(LineReaderTest, LineEndsComplete) {
  EXPECT_EQ(after("CMD=1\r\nhelp\n", 0), "CMD=1");
  EXPECT_EQ(after("", 0), "help");
  EXPECT_EQ(after("", 5000), "-");
  EXPECT_EQ(after("\r\n\r\n", 5000), "-");
}

TEST_F(LineReaderTest, ShortSilenceCompletesACommand) {
  EXPECT_EQ(after("CMD", 0), "-");
  EXPECT_EQ(after("=1", 9), "-");
  EXPECT_EQ(after("", 18), "-");
  EXPECT_EQ(after("", 19), "CMD=1");
  EXPECT_EQ(after("\n", 20), "-");
}

TEST_F(LineReaderTest, OnlyLongSilenceCompletesAnythingElse) {
  EXPECT_EQ(after("CMD=", UINT32_MAX - 5), "-");  // the clock wraps
  EXPECT_EQ(after("", 1000), "-");
  EXPECT_EQ(after("", 1994), "CMD=");
}

TEST_F(LineReaderTest, SaysThatALineIsTooLong) {
  EXPECT_EQ(after(std::string(63, 'a') + '\n', 0), std::string(63, 'a'));
  EXPECT_FALSE(line_.is_too_long());
  EXPECT_EQ(after(std::string(5000, 'b') + '\n', 0), std::string(63, 'b'));
  EXPECT_TRUE(line_.is_too_long());
  EXPECT_EQ(after("CMD=1\n", 0), "CMD=1");
  EXPECT_FALSE(line_.is_too_long());
}

TEST_F(LineReaderTest, TakesAnyByte) {
  EXPECT_EQ(after(std::string("\0\xFF\n", 3), 0), "");
  EXPECT_EQ(after("CMD=1\n", 0), "CMD=1");
}

}  // namespace
}  // namespace firmware
