#include "runtime/base/real_values.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace solder {
namespace {

TEST(RealValues, RoundTripWithinHalfAStep) {
  for (const TensorType type : {TensorType::INT8, TensorType::UINT8, TensorType::INT16}) {
    const ValueFormat format = {type, 0.5F, type == TensorType::INT16 ? 0 : 10};
    std::vector<float> values, back(200);
    for (int i = 0; i < 200; ++i) values.push_back(static_cast<float>(i) * 0.3F - 4);
    alignas(8) uint8_t data[200 * 2];
    store_real(format, values, data);
    load_real(format, data, back);
    for (size_t i = 0; i < 200; ++i) EXPECT_LE(std::abs(values[i] - back[i]), 0.25F) << i;
  }
}

TEST(RealValues, RoundHalvesAwayFromZeroBeforeTheZeroPoint) {
  const std::vector<float> values = {2.5F, -2.5F, 0.5F, 1.4999F};
  int8_t data[4];
  store_real({TensorType::INT8, 1, -100}, values, data);
  EXPECT_EQ(data[0], -97);
  EXPECT_EQ(data[1], -103);
  EXPECT_EQ(data[2], -99);
  EXPECT_EQ(data[3], -99);
}

TEST(RealValues, Saturate) {
  constexpr float kHuge = std::numeric_limits<float>::max();
  const std::vector<float> values = {kHuge, -kHuge, std::nanf(""), INFINITY, -INFINITY};
  int16_t data[5];
  store_real({TensorType::INT16, 1e-3F, 0}, values, data);
  EXPECT_EQ(std::vector<int>(data, data + 5),
            std::vector<int>({32767, -32768, 32767, 32767, -32768}));
}

TEST(RealValues, OfUnquantizedTypesAreTheElements) {
  const std::vector<float> values = {1.25F, -7, 1e6F};
  float floats[3];
  int32_t integers[3];
  std::vector<float> back(3);
  store_real({TensorType::FLOAT32}, values, floats);
  load_real({TensorType::FLOAT32}, floats, back);
  EXPECT_EQ(back, values);
  store_real({TensorType::INT32}, values, integers);
  load_real({TensorType::INT32}, integers, back);
  EXPECT_EQ(back, std::vector<float>({1, -7, 1e6F}));
  // INT8 without a scale, too, and it saturates all the same.
  int8_t bytes[3];
  store_real({TensorType::INT8}, values, bytes);
  load_real({TensorType::INT8}, bytes, back);
  EXPECT_EQ(back, std::vector<float>({1, -7, 127}));
  EXPECT_FALSE(has_real_values(TensorType::BOOL));
}

}  // namespace
}  // namespace solder
