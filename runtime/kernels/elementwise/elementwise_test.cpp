#include "runtime/kernels/elementwise/elementwise.h"

#include <gtest/gtest.h>

#include "runtime/kernels/testing.h"
#include "runtime/plan/testing.h"

namespace solder {
namespace {

using testing::OperatorRun;
using testing::Random;
using testing::result_of;
using testing::run_operator;
using testing::with;

constexpr OperatorType kOperators[] = {
    OperatorType::ADD,     OperatorType::SUB,
    OperatorType::MUL,     OperatorType::DIV,
    OperatorType::MAXIMUM, OperatorType::MINIMUM,
    OperatorType::PRELU,   OperatorType::SQUARED_DIFFERENCE,
};

double real(OperatorType type, double x, double y) {
  switch (type) {
    case OperatorType::SUB:
      return x - y;
    case OperatorType::MUL:
      return x * y;
    case OperatorType::DIV:
      return x / y;
    case OperatorType::MAXIMUM:
      return std::fmax(x, y);
    case OperatorType::MINIMUM:
      return std::fmin(x, y);
    case OperatorType::PRELU:
      return x < 0 ? x * y : x;
    case OperatorType::SQUARED_DIFFERENCE:
      return (x - y) * (x - y);
    default:
      return x + y;
  }
}

bool has_activation(OperatorType type) {
  return type == OperatorType::ADD || type == OperatorType::SUB || type == OperatorType::MUL ||
         type == OperatorType::DIV;
}

struct Shapes {
  Shape a, b, output;
};

// Rank 0 to 5; each input has the output's dimensions, or ones in places, or lacks leading ones.
// Drawn again where inputs broadcast in turns more often than kernels can.
Shapes random_shapes(Random& random) {
  for (;;) {
    Shapes s;
    s.a.rank = s.b.rank = s.output.rank = random.integer(0, 5);
    const int32_t ones_in_a = random.integer(0, 3), ones_in_b = random.integer(0, 3);
    int32_t turns = 0, previous = -1;
    for (int32_t i = 0; i < s.output.rank; ++i) {
      const int32_t size = random.integer(1, 4);
      s.a.dims[i] = random.integer(0, 3) < ones_in_a ? 1 : size;
      s.b.dims[i] = random.integer(0, 3) < ones_in_b ? 1 : size;
      s.output.dims[i] = std::max(s.a.dims[i], s.b.dims[i]);
      const int32_t kind = 2 * (s.a.dims[i] == 1 ? 1 : 0) + (s.b.dims[i] == 1 ? 1 : 0);
      if (s.output.dims[i] == 1) continue;
      turns += kind != previous ? 1 : 0;
      previous = kind;
    }
    if (turns > kBroadcastRank) continue;
    // One of them may leave out leading ones.
    Shape& shorter = random.integer(0, 1) == 0 ? s.a : s.b;
    while (shorter.rank > 0 && shorter.dims[0] == 1 && random.integer(0, 1) == 0) {
      for (int32_t i = 1; i < shorter.rank; ++i) shorter.dims[i - 1] = shorter.dims[i];
      --shorter.rank;
    }
    if (std::max(s.a.rank, s.b.rank) == s.output.rank) return s;
  }
}

// The element of an input that element `at` of the output is made of.
size_t source(const Shape& input, const Shape& output, int64_t at) {
  int64_t index = 0, stride = 1;
  for (int32_t i = output.rank - 1; i >= 0; --i) {
    const int32_t size = input.dim_of(output.rank, i);
    index += (size == 1 ? 0 : at % output.dims[i]) * stride;
    stride *= size;
    at /= output.dims[i];
  }
  return static_cast<size_t>(index);
}

Activation random_activation(Random& random, OperatorType type) {
  constexpr Activation kActivations[] = {Activation::NONE, Activation::RELU,
                                         Activation::RELU_N1_TO_1, Activation::RELU6};
  return has_activation(type) ? random.one_of(kActivations) : Activation::NONE;
}
double activated(Activation activation, double x) {
  if (activation == Activation::RELU) return std::fmax(x, 0);
  if (activation == Activation::RELU6) return std::fmax(0, std::fmin(x, 6));
  if (activation == Activation::RELU_N1_TO_1) return std::fmax(-1, std::fmin(x, 1));
  return x;
}

TEST(Binary, F32FollowsTheDefinition) {
  Random random(1);
  for (const OperatorType type : kOperators) {
    for (int32_t i = 0; i < 60; ++i) {
      const Shapes shapes = random_shapes(random);
      Options options;
      options.activation = random_activation(random, type);
      const auto a = random.tensor<float>(shapes.a.elements());
      auto b = random.tensor<float>(shapes.b.elements());
      for (float& y : b) y = y * 5 + (y < 0 ? -0.1F : 0.1F);
      std::vector<float> expected;
      for (int64_t k = 0; k < shapes.output.elements(); ++k) {
        const double x = static_cast<double>(a[source(shapes.a, shapes.output, k)]);
        const double y = static_cast<double>(b[source(shapes.b, shapes.output, k)]);
        expected.push_back(static_cast<float>(activated(options.activation, real(type, x, y))));
      }
      for (const KernelSet* set : {&kReferenceKernels, &kGenericKernels}) {
        const OperatorRun run =
            run_operator(type, options,
                         {with(result_of<float>(shapes.a), a), with(result_of<float>(shapes.b), b)},
                         result_of<float>(shapes.output), *set);
        ASSERT_EQ(run.error, "");
        ASSERT_EQ(testing::difference(expected, run.output.values<float>()), "")
            << operator_name(type);
      }
    }
  }
}

struct Scales {
  float a, b, output;
};

// What the integer kernels make of integers less their zero points, in the plain arithmetic of the
// tests; without zero point and clamp of the output. `bits`: of the type.
int64_t plain(OperatorType type, int64_t x, int64_t y, const Scales& scales, int32_t bits) {
  using testing::plainly_requantized;
  const double a = static_cast<double>(scales.a), b = static_cast<double>(scales.b);
  const double output = static_cast<double>(scales.output);
  switch (type) {
    case OperatorType::MUL:
      return plainly_requantized(x * y, quantize_multiplier(a * b / output));
    case OperatorType::MAXIMUM:
      return std::max(x, y);
    case OperatorType::MINIMUM:
      return std::min(x, y);
    case OperatorType::PRELU:
      return x >= 0 ? plainly_requantized(x, quantize_multiplier(a / output))
                    : plainly_requantized(x * y, quantize_multiplier(a * b / output));
    default:
      break;
  }
  const bool is_squared = type == OperatorType::SQUARED_DIFFERENCE;
  const int64_t shifted = is_squared ? (bits == 8 ? 128 : 1) : (bits == 8 ? 1 << 20 : 1 << 15);
  const double twice = 2 * std::fmax(a, b);
  double factor_a = a / twice, factor_b = b / twice;
  double factor = twice / (static_cast<double>(shifted) * output);
  if (is_squared) factor *= twice / static_cast<double>(shifted);
  if (type == OperatorType::SUB) {
    // TensorFlow Lite Micro computes the factors of SUB in float.
    const float twice_f32 = 2 * std::fmax(scales.a, scales.b);
    factor_a = static_cast<double>(scales.a / twice_f32);
    factor_b = static_cast<double>(scales.b / twice_f32);
    factor = static_cast<double>(twice_f32 / (static_cast<float>(shifted) * scales.output));
  }
  const int64_t scaled_x = plainly_requantized(x * shifted, quantize_multiplier(factor_a));
  const int64_t scaled_y = plainly_requantized(y * shifted, quantize_multiplier(factor_b));
  const int64_t value = is_squared                  ? (scaled_x - scaled_y) * (scaled_x - scaled_y)
                        : type == OperatorType::SUB ? scaled_x - scaled_y
                                                    : scaled_x + scaled_y;
  return plainly_requantized(value, quantize_multiplier(factor));
}

template <class T>
std::vector<T> random_integers(Random& random, int64_t count) {
  std::vector<T> values(static_cast<size_t>(count));
  using Limits = std::numeric_limits<T>;
  for (T& value : values) {
    value = static_cast<T>(random.integer(Limits::min(), Limits::max()));
    if (random.integer(0, 9) == 0)
      value = random.integer(0, 1) == 0 ? Limits::min() : Limits::max();
  }
  return values;
}

// T: of the inputs and the output; B: of the second input.
template <class T, class B>
void test_integers(OperatorType type, Random& random) {
  constexpr bool kIsS16 = sizeof(T) == 2;
  const Shapes shapes = random_shapes(random);
  Options options;
  options.activation = random_activation(random, type);
  const bool selects = type == OperatorType::MAXIMUM || type == OperatorType::MINIMUM;
  const float step = kIsS16 ? 1.0F / 256 : 1;
  Scales scales = {random.real(0.01F, 1) * step,
                   random.real(0.01F, 1) * (sizeof(B) == 2 ? step : 1),
                   random.real(0.01F, 4) * step};
  const auto zero = [&] { return testing::random_zero_point(random); };
  int32_t zero_a = kIsS16 ? 0 : zero(), zero_b = sizeof(B) == 2 ? 0 : zero();
  const int32_t zero_output = kIsS16 ? 0 : zero();
  if (selects) {
    scales.a = scales.b = scales.output;
    zero_a = zero_b = zero_output;
  }
  const auto a = random_integers<T>(random, shapes.a.elements());
  const auto b = random_integers<B>(random, shapes.b.elements());

  using Limits = std::numeric_limits<T>;
  std::vector<T> expected;
  for (int64_t k = 0; k < shapes.output.elements(); ++k) {
    const int64_t x = a[source(shapes.a, shapes.output, k)] - int64_t{zero_a};
    const int64_t y = b[source(shapes.b, shapes.output, k)] - int64_t{zero_b};
    double value =
        static_cast<double>(plain(type, x, y, scales, kIsS16 ? 16 : 8) + int64_t{zero_output});
    for (const double bound : {-1e30, 1e30}) {
      const double limit =
          std::round(activated(options.activation, bound) / static_cast<double>(scales.output)) +
          zero_output;
      value = bound < 0 ? std::fmax(value, limit) : std::fmin(value, limit);
    }
    expected.push_back(static_cast<T>(std::fmax(Limits::min(), std::fmin(value, Limits::max()))));
  }
  for (const KernelSet* set : {&kReferenceKernels, &kGenericKernels}) {
    const OperatorRun run =
        run_operator(type, options,
                     {with(result_of<T>(shapes.a, scales.a, zero_a), a),
                      with(result_of<B>(shapes.b, scales.b, zero_b), b)},
                     result_of<T>(shapes.output, scales.output, zero_output), *set);
    ASSERT_EQ(run.error, "") << operator_name(type);
    ASSERT_EQ(run.output.template values<T>(), expected) << operator_name(type);
  }
}

TEST(Binary, IntegersFollowTheDefinition) {
  Random random(2);
  for (const OperatorType type : kOperators) {
    if (type == OperatorType::DIV) continue;
    for (int32_t i = 0; i < 100; ++i) {
      test_integers<int8_t, int8_t>(type, random);
      if (type == OperatorType::PRELU)
        test_integers<int16_t, int8_t>(type, random);
      else
        test_integers<int16_t, int16_t>(type, random);
    }
  }
}

// Real values of an int8 result are right to half a step of the output.
TEST(Binary, S8IsCloseToTheRealFunction) {
  const std::vector<int8_t> a = {-128, 0, 7, 50, 127}, b = {-128, 1, -9, 60, 127};
  const Shape shape = {1, {5}};
  for (const OperatorType type : {OperatorType::ADD, OperatorType::SUB, OperatorType::MUL,
                                  OperatorType::PRELU, OperatorType::SQUARED_DIFFERENCE}) {
    const OperatorRun run = run_operator(
        type, {},
        {with(result_of<int8_t>(shape, 0.5F, -3), a), with(result_of<int8_t>(shape, 0.25F, 4), b)},
        result_of<int8_t>(shape, 0.75F, 10));
    for (size_t i = 0; i < 5; ++i) {
      const double value = real(type, 0.5 * (a[i] + 3), 0.25 * (b[i] - 4)) / 0.75 + 10;
      EXPECT_NEAR(run.output.values<int8_t>()[i], std::fmax(-128, std::fmin(127, value)), 0.5001)
          << operator_name(type);
    }
  }
}

TEST(Binary, RunsInPlace) {
  const AddParams p = {.broadcast = {{1, 1, 1, 3}, {0, 0, 0, 1}, {0, 0, 0, 0}},
                       .offset_a = 0,
                       .offset_b = 0,
                       .output_offset = 0,
                       .left_shift = 20,
                       .requantization_a = quantize_multiplier(0.5),
                       .requantization_b = quantize_multiplier(0.5),
                       .requantization_output = quantize_multiplier(2 / 0x1p20),
                       .activation_min = -128,
                       .activation_max = 127};
  int8_t a[] = {1, 2, 3};
  const int8_t b[] = {10};
  reference::add_s8(p, a, b, a);
  EXPECT_EQ(a[0], 11);
  EXPECT_EQ(a[2], 13);
}

TEST(Binary, RefusesWhatCannotBe) {
  const auto error_of = [](OperatorType type, const testing::OperatorTensor& a,
                           const testing::OperatorTensor& b,
                           const testing::OperatorTensor& output) {
    const std::vector<uint8_t> zeros(256);
    return run_operator(type, {}, {with(a, zeros), with(b, zeros)}, output).error;
  };
  const auto has = [](const std::string& error, const char* text) {
    EXPECT_NE(error.find(text), std::string::npos) << error;
  };
  const auto f32 = [](const Shape& shape) { return result_of<float>(shape); };
  const Shape four = {1, {4}};
  const auto s8 = [&](float scale) { return result_of<int8_t>(four, scale, 0); };
  const auto s16 = [&](float scale) { return result_of<int16_t>(four, scale, 0); };
  has(error_of(OperatorType::SUB, f32({1, {3}}), f32({1, {4}}), f32(four)), "broadcast");
  has(error_of(OperatorType::SUB, f32({1, {1}}), f32({1, {1}}), f32(four)), "broadcast");
  // Five dimensions that broadcast in turns.
  has(error_of(OperatorType::MUL, f32({5, {2, 1, 2, 1, 2}}), f32({5, {1, 2, 1, 2, 1}}),
               f32({5, {2, 2, 2, 2, 2}})),
      "at most 4 steps");
  has(error_of(OperatorType::DIV, s8(1), s8(1), s8(1)), "FLOAT32 throughout");
  has(error_of(OperatorType::MAXIMUM, s8(1), s8(2), s8(1)), "same scale");
  has(error_of(OperatorType::ADD, s8(1), s8(1), s8(1e-7F)), "too small");
  has(error_of(OperatorType::SUB, s16(1), s16(1), s16(1e-6F)), "too small");
  has(error_of(OperatorType::MUL, s16(1), s8(1), s16(1)), "throughout");
  has(error_of(OperatorType::PRELU, s16(1), s16(1), s16(1)), "INT8 alpha");
  has(error_of(OperatorType::MUL, s8(1), s8(1), s8(NAN)), "valid quantization");
}

TEST(Binary, ExtremeScales) {
  for (const OperatorType type : kOperators)
    for (const float a : {1e-45F, 1.0F, 3e38F})
      for (const float b : {1e-45F, 1.0F, 3e38F})
        for (const float output : {1e-45F, 1.0F, 3e38F})
          run_operator(
              type, {},
              {with(result_of<int16_t>({1, {2}}, a, 0), std::vector<int16_t>{-32768, 32767}),
               with(result_of<int16_t>({1, {2}}, b, 0), std::vector<int16_t>{32767, -32768})},
              result_of<int16_t>({1, {2}}, output, 0));
}

}  // namespace
}  // namespace solder
