#include "firmware/hal/ring_buffer.h"

#include <gtest/gtest.h>

namespace firmware {
namespace {

TEST(RingBuffer, KeepsOrderAndRefusesWhatDoesNotFit) {
  uint8_t storage[8];
  RingBuffer ring(storage);
  uint8_t next_in = 0, next_out = 0, byte = 0;
  for (int round = 0; round < 100; ++round) {
    for (int i = 0; i < 8; ++i) EXPECT_TRUE(ring.put(next_in++));
    EXPECT_FALSE(ring.put(0));
    EXPECT_FALSE(ring.is_empty());
    for (int i = 0; i < 8; ++i) {
      EXPECT_TRUE(ring.get(byte));
      EXPECT_EQ(byte, next_out++);
    }
    EXPECT_FALSE(ring.get(byte));
    EXPECT_TRUE(ring.is_empty());
    EXPECT_TRUE(ring.put(next_in++) && ring.get(byte));  // shift against the wrap
    ++next_out;
  }
}

}  // namespace
}  // namespace firmware
