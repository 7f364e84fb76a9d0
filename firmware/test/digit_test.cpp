#include "firmware/app/digit.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <string>

#include "runtime/base/real_values.h"

namespace firmware {

constexpr std::array<float, kDigitPixels> kPixels = [] {
  std::array<float, kDigitPixels> pixels{};
  for (uint32_t i = 0; i < kDigitPixels; ++i)
    pixels[i] = static_cast<float>(i) / (kDigitPixels - 1);
  return pixels;
}();

}  // namespace firmware

// In place of the image's embedded file: a ramp from paper to ink.
extern "C" const std::array<float, firmware::kDigitPixels> embedded_input = firmware::kPixels;

namespace firmware {
namespace {

using solder::Operand;
using solder::TensorInfo;
using solder::TensorType;

// A model of one input and one output, which share their memory.
class DigitTest : public testing::Test {
 protected:
  const char* fill(TensorType type, solder::Shape shape, float scale = 0, int32_t zero_point = 0) {
    tensor_ = {.type = type,
               .shape = shape,
               .scale = scale,
               .zero_point = zero_point,
               .operand = {Operand::kArena, 0}};
    return fill_with_digit(model());
  }
  float real(uint32_t index) const {
    float value;
    solder::load_real({tensor_.type, tensor_.scale, tensor_.zero_point},
                      arena_ + index * solder::size_of(tensor_.type), {&value, 1});
    return value;
  }
  solder::Model model() { return {plan_, {.arena = arena_}}; }

  alignas(16) uint8_t arena_[kDigitPixels * sizeof(float)] = {};
  TensorInfo tensor_;
  solder::Plan plan_ = {
      .inputs = &tensor_, .input_count = 1, .outputs = &tensor_, .output_count = 1};
};

TEST_F(DigitTest, FillsFloats) {
  ASSERT_EQ(fill(TensorType::FLOAT32, {4, {1, 28, 28, 1}}), nullptr);
  for (uint32_t i = 0; i < kDigitPixels; ++i) EXPECT_EQ(real(i), kPixels[i]);
}

TEST_F(DigitTest, QuantizesToTheNearest) {
  const auto expect_nearest = [&](TensorType type, float scale, int32_t zero_point) {
    ASSERT_EQ(fill(type, {2, {1, 784}}, scale, zero_point), nullptr);
    for (uint32_t i = 0; i < kDigitPixels; ++i)
      EXPECT_NEAR(real(i), kPixels[i], 0.5F * scale + 1e-6F);
  };
  expect_nearest(TensorType::INT8, 1.0F / 255, -128);
  expect_nearest(TensorType::UINT8, 1.0F / 255, 0);
  expect_nearest(TensorType::INT16, 1.0F / 32767, 0);
}

TEST_F(DigitTest, SaturatesWhateverTheScale) {
  for (const float scale : {1e-3F, 1e-40F, NAN}) {
    ASSERT_EQ(fill(TensorType::INT8, {1, {784}}, scale, 100), nullptr);
    EXPECT_EQ(model().output<int8_t>(0)[kDigitPixels - 1], 127) << scale;
    ASSERT_EQ(fill(TensorType::UINT8, {1, {784}}, scale, 200), nullptr);
    EXPECT_EQ(model().output<uint8_t>(0)[kDigitPixels - 1], 255) << scale;
    ASSERT_EQ(fill(TensorType::INT16, {1, {784}}, scale / 100, 0), nullptr);
    EXPECT_EQ(model().output<int16_t>(0)[kDigitPixels - 1], 32767) << scale;
  }
}

TEST_F(DigitTest, SaysWhyNot) {
  EXPECT_NE(fill(TensorType::FLOAT32, {4, {1, 32, 32, 3}}), nullptr);
  EXPECT_NE(fill(TensorType::BOOL, {1, {784}}), nullptr);
  plan_.input_count = 2;
  EXPECT_NE(fill(TensorType::FLOAT32, {1, {784}}), nullptr);
}

std::string printed;

TEST(Digit, IsPrintedDarkerTowardsInk) {
  print_digit(Printer([](char character) { printed += character; }));
  EXPECT_EQ(printed.size(), (kDigitSide + 1) * kDigitSide);
  EXPECT_EQ(printed.front(), ' ');
  EXPECT_EQ(printed[printed.size() - 2], '@');
}

}  // namespace
}  // namespace firmware
