#include <gtest/gtest.h>

#include "runtime/kernels/kernel_list.h"
#include "runtime/kernels/testing.h"
#include "runtime/plan/testing.h"

namespace solder {
namespace {

using testing::OperatorRun;
using testing::Random;
using testing::result_of;
using testing::run_operator;
using testing::with;

constexpr OperatorType kOperators[] = {OperatorType::MEAN, OperatorType::SUM,
                                       OperatorType::REDUCE_MAX, OperatorType::REDUCE_MIN};

bool selects(OperatorType type) {
  return type == OperatorType::REDUCE_MAX || type == OperatorType::REDUCE_MIN;
}

struct Reduction {
  Shape input, output;
  std::vector<int32_t> axes;
  bool is_reduced[kMaxRank] = {};
  int32_t count = 1;
};

Reduction random_reduction(Random& random) {
  Reduction r;
  r.input.rank = random.integer(1, 5);
  const bool keeps_dims = random.integer(0, 1) == 0;
  for (int32_t i = 0; i < r.input.rank; ++i) {
    const int32_t size = r.input.dims[i] = random.integer(1, 5);
    r.is_reduced[i] = random.integer(0, 1) == 0;
    if (r.is_reduced[i]) {
      r.axes.push_back(random.integer(0, 1) == 0 ? i : i - r.input.rank);
      r.count *= size;
    }
    if (!r.is_reduced[i] || keeps_dims) r.output.dims[r.output.rank++] = r.is_reduced[i] ? 1 : size;
  }
  if (r.axes.empty()) {
    r.axes.push_back(0);
    r.is_reduced[0] = true;
    r.count = r.input.dims[0];
    r.output = r.input;
    r.output.dims[0] = 1;
  }
  return r;
}

// What the operator makes of inputs, scattered in input order to the outputs they belong to.
template <class T>
std::vector<double> plain(OperatorType type, const Reduction& r, const std::vector<T>& input) {
  std::vector<double> results(static_cast<size_t>(r.output.elements()),
                              type == OperatorType::REDUCE_MAX   ? -1e30
                              : type == OperatorType::REDUCE_MIN ? 1e30
                                                                 : 0);
  for (size_t at = 0; at < input.size(); ++at) {
    size_t output = 0, stride = 1, rest = at;
    for (int32_t d = r.input.rank - 1; d >= 0; --d) {
      const auto dim = static_cast<size_t>(r.input.dims[d]);
      if (!r.is_reduced[d]) {
        output += rest % dim * stride;
        stride *= dim;
      }
      rest /= dim;
    }
    double& result = results.at(output);
    const auto x = static_cast<double>(input[at]);
    result = type == OperatorType::REDUCE_MAX   ? std::fmax(result, x)
             : type == OperatorType::REDUCE_MIN ? std::fmin(result, x)
                                                : result + x;
  }
  return results;
}

template <class T>
OperatorRun run_reduction(OperatorType type, const Reduction& r,
                          const testing::OperatorTensor& input,
                          const testing::OperatorTensor& output, const KernelSet& set) {
  const auto axes =
      testing::constant(result_of<int32_t>({1, {static_cast<int32_t>(r.axes.size())}}), r.axes);
  return run_operator(type, {}, {input, axes}, output, set);
}

TEST(Reduce, F32FollowsTheDefinition) {
  Random random(1);
  for (const OperatorType type : kOperators) {
    for (int32_t i = 0; i < 100; ++i) {
      const Reduction r = random_reduction(random);
      const auto input = random.tensor<float>(r.input.elements());
      std::vector<float> expected;
      for (const double result : plain(type, r, input))
        expected.push_back(
            static_cast<float>(type == OperatorType::MEAN ? result / r.count : result));
      for (const KernelSet* set : {&kReferenceKernels, &kGenericKernels}) {
        const OperatorRun run = run_reduction<float>(
            type, r, with(result_of<float>(r.input), input), result_of<float>(r.output), *set);
        ASSERT_EQ(run.error, "");
        ASSERT_EQ(testing::difference(expected, run.output.values<float>()), "");
      }
    }
  }
}

// TensorFlow Lite's factor: the multiplier of the scales, shifted left by as much as the count has
// bits, is divided by the count as an integer.
Requantization plainly_divided(Requantization factor, int32_t count) {
  const auto shift = static_cast<int32_t>(std::floor(std::log2(count)));
  return {.multiplier = static_cast<int32_t>((int64_t{factor.multiplier} << shift) / count),
          .shift = factor.shift - shift};
}

template <class T>
void test_integers(OperatorType type, Random& random) {
  const Reduction r = random_reduction(random);
  const bool is_s16 = sizeof(T) == 2;
  const float scale = random.real(0.05F, 0.2F);
  const float output_scale = selects(type) ? scale : random.real(0.05F, 0.2F);
  const int32_t zero = is_s16 ? 0 : testing::random_zero_point(random);
  const int32_t output_zero = is_s16          ? 0
                              : selects(type) ? zero
                                              : testing::random_zero_point(random);
  std::vector<T> input(static_cast<size_t>(r.input.elements()));
  using Limits = std::numeric_limits<T>;
  for (T& x : input) x = static_cast<T>(random.integer(Limits::min(), Limits::max()));
  std::vector<T> expected;
  for (const double result : plain(type, r, input)) {
    if (selects(type)) {
      expected.push_back(static_cast<T>(result));
      continue;
    }
    Requantization factor =
        quantize_multiplier(static_cast<double>(scale) / static_cast<double>(output_scale));
    if (type == OperatorType::MEAN) factor = plainly_divided(factor, r.count);
    const int64_t sum = static_cast<int64_t>(result) - int64_t{r.count} * zero;
    const int64_t value = testing::plainly_requantized(sum, factor) + int64_t{output_zero};
    expected.push_back(static_cast<T>(std::clamp<int64_t>(value, Limits::min(), Limits::max())));
  }
  for (const KernelSet* set : {&kReferenceKernels, &kGenericKernels}) {
    const OperatorRun run =
        run_reduction<T>(type, r, with(result_of<T>(r.input, scale, zero), input),
                         result_of<T>(r.output, output_scale, output_zero), *set);
    ASSERT_EQ(run.error, "");
    ASSERT_EQ(run.output.template values<T>(), expected) << operator_name(type);
  }
}

TEST(Reduce, IntegersFollowTheDefinition) {
  Random random(2);
  for (const OperatorType type : kOperators) {
    for (int32_t i = 0; i < 150; ++i) {
      test_integers<int8_t>(type, random);
      test_integers<int16_t>(type, random);
    }
  }
}

TEST(Reduce, ByHand) {
  // [2, 2, 2] over its middle dimension; input in halves with zero point 1, output in quarters
  // with zero point -3.
  const Reduction r = {.input = {3, {2, 2, 2}}, .output = {2, {2, 2}}, .axes = {1}};
  const auto input =
      with(result_of<int8_t>(r.input, 0.5F, 1), std::vector<int8_t>{1, 2, 3, 4, 5, 6, 7, 50});
  const auto output = result_of<int8_t>(r.output, 0.25F, -3);
  const auto run = [&](OperatorType type) {
    return run_reduction<int8_t>(type, r, input, output, kReferenceKernels).output.values<int8_t>();
  };
  EXPECT_EQ(run(OperatorType::MEAN), (std::vector<int8_t>{-1, 1, 7, 51}));
  EXPECT_EQ(run(OperatorType::SUM), (std::vector<int8_t>{1, 5, 17, 105}));
}

TEST(Reduce, RefusesWhatCannotBe) {
  const auto error_of = [](OperatorType type, const testing::OperatorTensor& input,
                           const testing::OperatorTensor& output, std::vector<int32_t> axes) {
    const Reduction r = {.input = input.shape, .output = output.shape, .axes = std::move(axes)};
    const std::vector<uint8_t> zeros(static_cast<size_t>(input.shape.elements()) * 4);
    return run_reduction<int8_t>(type, r, with(input, zeros), output, kReferenceKernels).error;
  };
  const auto has = [](const std::string& error, const char* text) {
    EXPECT_NE(error.find(text), std::string::npos) << error;
  };
  const auto f32 = [](int32_t size) { return result_of<float>({1, {size}}); };
  const auto s8 = [](int32_t size, float scale) {
    return result_of<int8_t>({1, {size}}, scale, 0);
  };
  has(error_of(OperatorType::SUM, f32(4), f32(1), {1}), "axis outside");
  has(error_of(OperatorType::SUM, f32(4), f32(2), {0}), "shape");
  has(error_of(OperatorType::SUM, f32(4), s8(1, 1), {0}), "throughout");
  has(error_of(OperatorType::REDUCE_MAX, s8(4, 1), s8(1, 2), {0}), "same scale");
  has(error_of(OperatorType::SUM, result_of<int16_t>({1, {40000}}, 1, 0),
               result_of<int16_t>({1, {1}}, 1, 0), {0}),
      "too many values");
}

}  // namespace
}  // namespace solder
