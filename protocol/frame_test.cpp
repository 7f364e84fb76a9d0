#include "protocol/frame.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "protocol/crc32.h"

namespace solder::protocol {
namespace {

using Bytes = std::vector<uint8_t>;

Bytes random_bytes(std::mt19937& random, size_t size, int zeros_in_ten) {
  Bytes bytes(size);
  for (uint8_t& byte : bytes)
    byte = static_cast<int>(random() % 10) < zeros_in_ten ? 0 : static_cast<uint8_t>(random());
  return bytes;
}

Bytes wire_of(const FrameHeader& header, const Bytes& payload) {
  OutgoingFrame frame;
  std::ranges::copy(payload, frame.payload_room().end() - static_cast<ptrdiff_t>(payload.size()));
  frame.finish(header, static_cast<uint32_t>(payload.size()));
  Bytes wire;
  send_frame(frame.bytes(), [&](uint8_t byte) { wire.push_back(byte); });
  return wire;
}

// The payloads of the frames that `receiver` finds.
std::vector<Bytes> feed(Receiver& receiver, const Bytes& wire) {
  std::vector<Bytes> found;
  for (const uint8_t byte : wire)
    if (receiver.feed(byte))
      found.emplace_back(receiver.frame().payload.begin(), receiver.frame().payload.end());
  return found;
}

constexpr FrameHeader kHeader = {
    .version = kVersion, .kind = FrameKind::kReply, .sequence = 0x1234, .session = 0xDEADBEEF};

TEST(Crc32, IsTheUsualOne) {
  const std::string check = "123456789";
  const auto* bytes = reinterpret_cast<const uint8_t*>(check.data());
  EXPECT_EQ(crc32({bytes, 9}), 0xCBF43926);  // the check value of the CRC catalogue
  EXPECT_EQ(crc32({bytes + 4, 5}, crc32({bytes, 4})), 0xCBF43926);
  EXPECT_EQ(crc32({}), 0);
}

TEST(Cobs, RoundTripsEveryLengthWithoutZeros) {
  std::mt19937 random(1);
  for (const size_t size : {0, 1, 2, 253, 254, 255, 256, 507, 508, 509, 510, 1000, 4108})
    for (const int zeros : {0, 1, 9, 10}) {
      const Bytes bytes = random_bytes(random, size, zeros);
      Bytes encoded, decoded;
      cobs_encode(bytes, [&](uint8_t byte) { encoded.push_back(byte); });
      EXPECT_LE(encoded.size(), cobs_size(static_cast<uint32_t>(size)));
      EXPECT_EQ(std::ranges::count(encoded, 0), 0);
      ASSERT_TRUE(cobs_decode(encoded, [&](uint8_t byte) { decoded.push_back(byte); }));
      EXPECT_EQ(decoded, bytes) << size << " bytes";
    }
}

TEST(Cobs, EncodesAsPublished) {
  const auto encoded = [](const Bytes& bytes) {
    Bytes out;
    cobs_encode(bytes, [&](uint8_t byte) { out.push_back(byte); });
    return out;
  };
  EXPECT_EQ(encoded({}), Bytes({1}));
  EXPECT_EQ(encoded({0}), Bytes({1, 1}));
  EXPECT_EQ(encoded({0x11, 0x22, 0, 0x33}), Bytes({3, 0x11, 0x22, 2, 0x33}));
  EXPECT_EQ(encoded({0x11, 0, 0, 0}), Bytes({2, 0x11, 1, 1, 1}));
}

TEST(Cobs, RefusesWhatIsCutShort) {
  EXPECT_FALSE(cobs_decode(Bytes{5, 1, 2}, [](uint8_t) {}));
  EXPECT_FALSE(cobs_decode(Bytes{2, 0}, [](uint8_t) {}));
}

TEST(Receiver, FindsFramesOfEveryLength) {
  std::mt19937 random(2);
  Receiver receiver;
  for (const size_t size : {0, 1, 100, 242, 243, 1000, 4095, 4096}) {
    const Bytes payload = random_bytes(random, size, 3);
    const auto found = feed(receiver, wire_of(kHeader, payload));
    ASSERT_EQ(found.size(), 1) << size;
    EXPECT_EQ(found[0], payload);
    EXPECT_EQ(receiver.frame().header, kHeader);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(receiver.frame().payload.data()) % 8, 0);
  }
  EXPECT_EQ(receiver.damaged_frames(), 0);
  EXPECT_TRUE(receiver.bare_message().empty());
}

TEST(Receiver, DropsEveryDamagedFrameAndFindsTheNext) {
  std::mt19937 random(3);
  const Bytes good = wire_of(kHeader, random_bytes(random, 300, 2));
  for (size_t bit = 0; bit < good.size() * 8; ++bit) {
    Receiver receiver;
    Bytes bad = good;
    bad[bit / 8] ^= static_cast<uint8_t>(1U << bit % 8);
    const bool is_delimiter = bit < 8 || bit >= (good.size() - 1) * 8;
    const auto found = feed(receiver, bad);
    EXPECT_TRUE(is_delimiter || found.empty()) << "bit " << bit;
    EXPECT_EQ(feed(receiver, good).size(), 1) << "bit " << bit;
  }
  for (size_t size = 0; size < good.size(); ++size) {
    Receiver receiver;
    feed(receiver, Bytes(good.begin(), good.begin() + static_cast<ptrdiff_t>(size)));
    EXPECT_GE(feed(receiver, good).size(), 1) << "after " << size << " bytes";
  }
}

TEST(Receiver, FindsFramesBetweenAnything) {
  std::mt19937 random(4);
  Receiver receiver;
  for (int i = 0; i < 300; ++i) {
    const Bytes payload = random_bytes(random, random() % 4097, 2);
    Bytes wire = random_bytes(random, random() % 12'000, static_cast<int>(random() % 3));
    const Bytes frame = wire_of(kHeader, payload);
    wire.insert(wire.end(), frame.begin(), frame.end());
    const auto found = feed(receiver, wire);
    ASSERT_EQ(found.size(), 1) << i;
    EXPECT_EQ(found[0], payload);
  }
}

TEST(Receiver, HandsOutWhatSilenceEnds) {
  Receiver receiver;
  const Bytes bare = {12, 0, 0, 0, 8, 0, 12, 0, 7, 0};
  EXPECT_TRUE(feed(receiver, bare).empty());
  EXPECT_EQ(receiver.damaged_frames(), 0);
  const auto message = receiver.bare_message();
  EXPECT_EQ(Bytes(message.begin(), message.end()), bare);
  EXPECT_TRUE(receiver.bare_message().empty());

  // Next to a frame, or too long, it is no message.
  feed(receiver, wire_of(kHeader, {1, 2, 3}));
  feed(receiver, bare);
  EXPECT_TRUE(receiver.bare_message().empty());
  feed(receiver, Bytes(100'000, 7));
  EXPECT_TRUE(receiver.bare_message().empty());
  feed(receiver, bare);
  EXPECT_EQ(receiver.bare_message().size(), bare.size());
}

TEST(Notice, IsAFrameWithoutPayload) {
  Receiver receiver;
  Bytes wire;
  send_frame(Notice(kHeader).bytes, [&](uint8_t byte) { wire.push_back(byte); });
  const auto found = feed(receiver, wire);
  ASSERT_EQ(found.size(), 1);
  EXPECT_TRUE(found[0].empty());
  EXPECT_EQ(receiver.frame().header, kHeader);
}

}  // namespace
}  // namespace solder::protocol
