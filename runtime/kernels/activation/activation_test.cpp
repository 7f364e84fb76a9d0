#include "runtime/kernels/activation/activation.h"

#include <gtest/gtest.h>

#include <functional>

#include "runtime/kernels/activation/sigmoid_table.h"
#include "runtime/kernels/testing.h"
#include "runtime/plan/testing.h"

namespace solder {
namespace {

using testing::OperatorRun;
using testing::result_of;
using testing::run_operator;
using testing::with;

struct RealFunction {
  OperatorType type;
  double (*function)(double);
  Options options = {};
};

Options with_alpha(float alpha) {
  Options options;
  options.alpha = alpha;
  return options;
}
Options approximate() {
  Options options;
  options.approximate = true;
  return options;
}

double clamped(double x, double low, double high) { return std::fmin(high, std::fmax(low, x)); }
double elu(double x) { return x < 0 ? std::expm1(x) : x; }
double gelu(double x) { return x * std::erfc(-x / std::sqrt(2.0)) / 2; }
double approximate_gelu(double x) {
  const double inner = std::sqrt(2 / std::acos(-1.0)) * (x + 0.044715 * x * x * x);
  return x * (1 + std::tanh(inner)) / 2;
}
double hard_swish(double x) { return x * clamped(x + 3, 0, 6) / 6; }
double logistic(double x) { return 1 / (1 + std::exp(-x)); }

const RealFunction kFunctions[] = {
    {OperatorType::RELU, [](double x) { return clamped(x, 0, INFINITY); }},
    {OperatorType::RELU6, [](double x) { return clamped(x, 0, 6); }},
    {OperatorType::RELU_N1_TO_1, [](double x) { return clamped(x, -1, 1); }},
    {OperatorType::LEAKY_RELU, [](double x) { return x < 0 ? x * double{0.1F} : x; },
     with_alpha(0.1F)},
    {OperatorType::LEAKY_RELU, [](double x) { return x < 0 ? x * -2 : x; }, with_alpha(-2)},
    {OperatorType::LOGISTIC, logistic},
    {OperatorType::TANH, [](double x) { return std::tanh(x); }},
    {OperatorType::ELU, elu},
    {OperatorType::GELU, gelu},
    {OperatorType::GELU, approximate_gelu, approximate()},
    {OperatorType::HARD_SWISH, hard_swish},
    {OperatorType::ABS, [](double x) { return std::fabs(x); }},
    {OperatorType::EXP, [](double x) { return std::exp(x); }},
    {OperatorType::LOG, [](double x) { return std::log(x); }},
    {OperatorType::SQRT, [](double x) { return std::sqrt(x); }},
    {OperatorType::RSQRT, [](double x) { return 1 / std::sqrt(x); }},
    {OperatorType::SQUARE, [](double x) { return x * x; }},
};

TEST(Unary, F32IsTheFunction) {
  const std::vector<float> input = {-80,    -20,   -9.5F, -6,    -3,   -1,   -0.3F,
                                    -1e-5F, -0.0F, 0,     1e-5F, 0.5F, 0.9F, 1,
                                    2.5F,   3.5,   5.5,   7,     12,   30,   80};
  const Shape shape = {2, {3, 7}};
  for (const RealFunction& f : kFunctions) {
    for (const KernelSet* set : {&kReferenceKernels, &kGenericKernels}) {
      const OperatorRun run = run_operator(
          f.type, f.options, {with(result_of<float>(shape), input)}, result_of<float>(shape), *set);
      ASSERT_EQ(run.error, "");
      const auto output = run.output.values<float>();
      for (size_t i = 0; i < input.size(); ++i) {
        const double x = static_cast<double>(input[i]), expected = f.function(x);
        if (std::isnan(expected) || std::isinf(expected)) {
          EXPECT_TRUE(std::isnan(output[i]) || std::isinf(output[i]));
          continue;
        }
        // Below zero, GELU multiplies the error of its argument, or cancels.
        const bool is_gelu = f.type == OperatorType::GELU && x < 0;
        const double relative = is_gelu ? 5e-6 : 1e-6;
        const double tolerance = is_gelu && f.options.approximate ? 1e-7 * std::fabs(x) : 1e-38;
        EXPECT_NEAR(static_cast<double>(output[i]), expected,
                    relative * std::fabs(expected) + tolerance)
            << operator_name(f.type) << " of " << x;
      }
    }
  }
}

TEST(Unary, F32KeepsNaN) {
  for (const RealFunction& f : kFunctions) {
    const OperatorRun run =
        run_operator(f.type, f.options, {with(result_of<float>({1, {1}}), std::vector{NAN})},
                     result_of<float>({1, {1}}));
    EXPECT_TRUE(std::isnan(run.output.values<float>()[0])) << operator_name(f.type);
  }
}

std::vector<int8_t> all_int8() {
  std::vector<int8_t> values;
  for (int32_t x = -128; x <= 127; ++x) values.push_back(static_cast<int8_t>(x));
  return values;
}

// The function of every int8, in order.
std::vector<int8_t> run_s8(OperatorType type, const Options& options, float scale,
                           int64_t zero_point, float output_scale, int64_t output_zero_point) {
  const Shape shape = {1, {256}};
  const OperatorRun run =
      run_operator(type, options, {with(result_of<int8_t>(shape, scale, zero_point), all_int8())},
                   result_of<int8_t>(shape, output_scale, output_zero_point));
  EXPECT_EQ(run.error, "");
  return run.output.values<int8_t>();
}

// Half a step; those who round twice err by up to a whole one.
double tolerance_s8(OperatorType type) {
  switch (type) {
    case OperatorType::LOGISTIC:
    case OperatorType::TANH:
    case OperatorType::ELU:
    case OperatorType::GELU:
    case OperatorType::EXP:
      return 0.51;
    default:
      return 1.01;
  }
}

TEST(Unary, S8IsCloseToTheFunction) {
  for (const RealFunction& f : kFunctions) {
    if (f.type == OperatorType::LOG || f.type == OperatorType::SQRT ||
        f.type == OperatorType::RSQRT || f.type == OperatorType::SQUARE)
      continue;
    for (const float scale : {0.004F, 0.0625F, 0.5F}) {
      for (const int32_t zero_point : {-128, -5, 0, 127}) {
        float output_scale = 0.03F;
        int32_t output_zero = -40;
        if (f.type == OperatorType::LOGISTIC) output_scale = 1.0F / 256, output_zero = -128;
        if (f.type == OperatorType::TANH) output_scale = 1.0F / 128, output_zero = 0;
        const auto output = run_s8(f.type, f.options, scale, zero_point, output_scale, output_zero);
        for (int32_t x = -128; x <= 127; ++x) {
          const double real = f.function(static_cast<double>(scale) * (x - zero_point));
          const double expected = clamped(real / double{output_scale} + output_zero, -128, 127);
          ASSERT_NEAR(output[static_cast<size_t>(x + 128)], expected, tolerance_s8(f.type))
              << operator_name(f.type) << " scale " << scale << " zero " << zero_point << " of "
              << x;
        }
      }
    }
  }
}

// What implementations of TensorFlow Lite Micro's formulas in exact rational arithmetic give.
TEST(Unary, S8KnownBits) {
  const int8_t inputs[] = {-128, -100, -50, -10, -1, 0, 1, 5, 20, 77, 127};
  const struct {
    OperatorType type;
    float scale;
    int64_t zero_point;
    float output_scale;
    int64_t output_zero_point;
    std::vector<int> expected;
  } cases[] = {
      {OperatorType::LOGISTIC,
       0.0625F,
       -7,
       1.0F / 256,
       -128,
       {-128, -127, -112, -12, 24, 28, 31, 46, 88, 127, 127}},
      {OperatorType::TANH,
       0.0625F,
       -7,
       1.0F / 128,
       0,
       {-128, -128, -127, -24, 46, 53, 59, 81, 120, 127, 127}},
      {OperatorType::TANH,
       0.02F,
       3,
       1.0F / 128,
       0,
       {-127, -124, -101, -33, -10, -8, -5, 5, 42, 115, 126}},
      {OperatorType::TANH,
       2.5F,
       0,
       1.0F / 128,
       0,
       {-128, -128, -128, -128, -126, 0, 126, 127, 127, 127, 127}},
      {OperatorType::HARD_SWISH,
       0.05F,
       -10,
       0.03F,
       -100,
       {-100, -100, -111, -100, -91, -90, -89, -84, -62, 45, 127}},
      {OperatorType::HARD_SWISH,
       0.5F,
       0,
       0.25F,
       -128,
       {-128, -128, -128, -128, -128, -128, -127, -119, -88, 26, 126}},
      {OperatorType::HARD_SWISH,
       0.01F,
       20,
       0.004F,
       5,
       {-89, -85, -62, -29, -19, -18, -17, -13, 5, 90, 127}},
  };
  for (const auto& c : cases) {
    const auto output =
        run_s8(c.type, {}, c.scale, c.zero_point, c.output_scale, c.output_zero_point);
    for (size_t i = 0; i < std::size(inputs); ++i)
      EXPECT_EQ(output[static_cast<size_t>(inputs[i] + 128)], c.expected[i])
          << operator_name(c.type) << " " << c.scale << " of " << +inputs[i];
  }
}

// What piecewise linear functions do to an integer, by the plain arithmetic of the tests.
template <class T>
T plain_piecewise(const RealFunction& f, int64_t x, float scale, float output_scale,
                  int32_t output_zero) {
  double factor = static_cast<double>(scale) / static_cast<double>(output_scale);
  double low = std::numeric_limits<T>::min(), high = std::numeric_limits<T>::max();
  int64_t sign = 1;
  if (f.type == OperatorType::LEAKY_RELU) {
    factor =
        static_cast<double>(x < 0 ? scale * f.options.alpha / output_scale : scale / output_scale);
    if (factor < 0) sign = -1, factor = -factor;
  } else if (f.type == OperatorType::ABS) {
    if (x < 0) sign = -1;
  } else {
    const double scaled_low = std::round(f.function(-1e30) / static_cast<double>(output_scale));
    const double scaled_high = std::round(f.function(1e30) / static_cast<double>(output_scale));
    low = std::fmax(low, scaled_low + output_zero);
    high = std::fmin(high, scaled_high + output_zero);
  }
  const int64_t value =
      testing::plainly_requantized(sign * x, quantize_multiplier(factor)) + output_zero;
  return static_cast<T>(clamped(static_cast<double>(value), low, high));
}

TEST(Unary, PiecewiseLinearS8AndS16FollowTheDefinition) {
  testing::Random random(1);
  for (const RealFunction& f : kFunctions) {
    if (f.type != OperatorType::LEAKY_RELU && f.type != OperatorType::ABS &&
        f.type != OperatorType::RELU && f.type != OperatorType::RELU6 &&
        f.type != OperatorType::RELU_N1_TO_1)
      continue;
    SCOPED_TRACE(operator_name(f.type));
    for (int32_t i = 0; i < 50; ++i) {
      const float scale = random.real(0.001F, 0.1F), output_scale = random.real(0.001F, 0.1F);
      const int32_t zero = testing::random_zero_point(random);
      const int32_t output_zero = testing::random_zero_point(random);
      const auto s8 = run_s8(f.type, f.options, scale, zero, output_scale, output_zero);
      for (int32_t x = -128; x <= 127; ++x)
        ASSERT_EQ(s8[static_cast<size_t>(x + 128)],
                  plain_piecewise<int8_t>(f, x - zero, scale, output_scale, output_zero));

      std::vector<int16_t> inputs = {-32768, -1, 0, 1, 32767};
      for (int32_t k = 0; k < 50; ++k)
        inputs.push_back(static_cast<int16_t>(random.integer(-32768, 32767)));
      const Shape shape = {1, {static_cast<int32_t>(inputs.size())}};
      const OperatorRun run =
          run_operator(f.type, f.options, {with(result_of<int16_t>(shape, scale / 256, 0), inputs)},
                       result_of<int16_t>(shape, output_scale / 256, 0));
      ASSERT_EQ(run.error, "");
      for (size_t k = 0; k < inputs.size(); ++k)
        ASSERT_EQ(run.output.values<int16_t>()[k],
                  plain_piecewise<int16_t>(f, inputs[k], scale / 256, output_scale / 256, 0));
    }
  }
}

// The entries that TensorFlow Lite has, by their sum and by another sum in which order counts.
TEST(Unary, SigmoidTable) {
  EXPECT_EQ(kSigmoidTable[0], 32768);
  EXPECT_EQ(kSigmoidTable[1], 33451);
  EXPECT_EQ(kSigmoidTable[17], 43912);
  EXPECT_EQ(kSigmoidTable[100], 64536);
  EXPECT_EQ(kSigmoidTable[255], 65535);
  uint32_t sum = 0, hash = 0;
  for (const uint16_t entry : kSigmoidTable) {
    sum += entry;
    hash = hash * 31 + entry;
  }
  EXPECT_EQ(sum, 15670629U);
  EXPECT_EQ(hash, 1684986857U);
}

// As S8KnownBits.
TEST(Unary, S16KnownBits) {
  const std::vector<int16_t> inputs = {-32768, -20000, -5000, -777,  -1,   0,
                                       1,      300,    4096,  12345, 32767};
  const struct {
    OperatorType type;
    float scale;
    std::vector<int16_t> expected;
  } cases[] = {
      {OperatorType::TANH,
       1.0F / 4096,
       {-32767, -32764, -27520, -6142, -8, 0, 8, 2396, 24956, 32611, 32767}},
      {OperatorType::TANH,
       1.0F / 2048,
       {-32767, -32767, -32275, -11868, -16, 0, 16, 4766, 31589, 32767, 32767}},
      {OperatorType::TANH,
       0.0003F,
       {-32767, -32767, -29660, -7502, -11, 0, 11, 2942, 27598, 32729, 32767}},
      {OperatorType::TANH,
       0.01F,
       {-32767, -32767, -32767, -32767, -328, 0, 328, 32606, 32767, 32767, 32767}},
      {OperatorType::TANH,
       1.0F / 32768,
       {-24956, -17838, -4961, -776, 0, 0, 0, 301, 4075, 11791, 24956}},
      {OperatorType::LOGISTIC,
       1.0F / 4096,
       {11, 247, 7465, 14835, 16382, 16384, 16386, 16984, 23956, 31234, 32757}},
      {OperatorType::LOGISTIC,
       1.0F / 2048,
       {1, 2, 2624, 13313, 16380, 16384, 16388, 17582, 28862, 32689, 32767}},
      {OperatorType::LOGISTIC,
       0.0003F,
       {2, 81, 5978, 14483, 16381, 16384, 16387, 17121, 25349, 31980, 32766}},
      {OperatorType::LOGISTIC,
       0.01F,
       {1, 1, 1, 14, 16302, 16384, 16466, 31214, 32767, 32767, 32767}},
  };
  const Shape shape = {1, {11}};
  for (const auto& c : cases) {
    const OperatorRun run =
        run_operator(c.type, {}, {with(result_of<int16_t>(shape, c.scale, 0), inputs)},
                     result_of<int16_t>(shape, 1.0F / 32768, 0));
    ASSERT_EQ(run.error, "");
    EXPECT_EQ(run.output.values<int16_t>(), c.expected) << operator_name(c.type) << " " << c.scale;
  }
}

TEST(Unary, RefusesWhatCannotBe) {
  const Shape shape = {1, {4}};
  const auto error_of = [&](OperatorType type, const testing::OperatorTensor& input,
                            const testing::OperatorTensor& output, const Options& options = {}) {
    return run_operator(type, options, {with(input, std::vector<uint8_t>(16))}, output).error;
  };
  const auto s8 = [&](float scale, int64_t zero) { return result_of<int8_t>(shape, scale, zero); };
  const auto s16 = [&](float scale) { return result_of<int16_t>(shape, scale, 0); };
  const auto has = [](const std::string& error, const char* text) {
    EXPECT_NE(error.find(text), std::string::npos) << error;
  };
  const auto f32 = result_of<float>(shape);
  has(error_of(OperatorType::TANH, f32, result_of<float>({1, {5}})), "output of the input's shape");
  has(error_of(OperatorType::TANH, f32, s8(1, 0)), "throughout");
  has(error_of(OperatorType::TANH, s8(1, 0), s8(1.0F / 128, 1)), "zero point 0");
  has(error_of(OperatorType::LOGISTIC, s8(1, 0), s8(1.0F / 128, -128)), "1/256");
  has(error_of(OperatorType::HARD_SWISH, s8(12.8F, 0), s8(0.1F, 0)), "1/128");
  has(error_of(OperatorType::SQRT, s8(1, 0), s8(1, 0)), "FLOAT32 throughout");
  has(error_of(OperatorType::GELU, s16(1), s16(1)), "FLOAT32 or INT8");
  has(error_of(OperatorType::TANH, s16(1), s16(1)), "1/32768");
  has(error_of(OperatorType::TANH, s16(3), s16(1.0F / 32768)), "out of range");
  has(error_of(OperatorType::TANH, s16(1e-30F), s16(1.0F / 32768)), "out of range");
  has(error_of(OperatorType::ABS, result_of<int16_t>(shape, 1, 1), s16(1)), "valid quantization");
  has(error_of(OperatorType::LEAKY_RELU, f32, f32, with_alpha(NAN)), "finite");
}

// Scales from one end of what is finite to the other: nothing faults.
TEST(Unary, ExtremeScales) {
  for (const RealFunction& f : kFunctions)
    for (const float scale : {1e-45F, 1e-20F, 1e20F, 3e38F})
      for (const float output_scale : {1e-45F, 1e-20F, 1e20F, 3e38F})
        for (const float alpha : {-3e38F, 0.0F, 3e38F})
          run_operator(f.type, with_alpha(alpha),
                       {with(result_of<int8_t>({1, {256}}, scale, 0), all_int8())},
                       result_of<int8_t>({1, {256}}, output_scale, 0));
}

}  // namespace
}  // namespace solder
