#include <algorithm>
#include <array>
#include <cmath>

#include "compiler/planning/armv7em/conv_2d_f32.h"
#include "runtime/kernels/conv_2d/winograd_f32.h"

namespace solder::compiler::armv7em {
namespace {

// The largest error of an output, relative to the range of outputs, up to which a transformation is
// offered. Results shall be within 1e-5; what is measured is a sample.
constexpr double kMaxError = 6e-6;

struct Algorithm {
  KernelId kernel;
  int32_t outputs;  // of a tile, along an axis
  std::vector<double> points;
  void (*run)(const Conv2DF32PooledParams&, const float*, const float*, const float*, float*,
              float*);
  double transform_input, transform_output;  // modelled cycles, of a tile and channel

  int32_t inputs() const { return outputs + 2; }
  int32_t elements() const { return inputs() * inputs(); }
};

template <int kOutputs>
std::vector<double> points() {
  return {std::begin(Winograd<kOutputs>::kPoints), std::end(Winograd<kOutputs>::kPoints)};
}

const Algorithm kAlgorithms[] = {
    {KernelId::conv_2d_f32_winograd_2x2, 2, points<2>(), solder::armv7em::conv_2d_f32_winograd_2x2,
     110, 60},
    {KernelId::conv_2d_f32_winograd_4x4, 4, points<4>(), solder::armv7em::conv_2d_f32_winograd_4x4,
     400, 280},
    {KernelId::conv_2d_f32_winograd_5x5, 5, points<5>(), solder::armv7em::conv_2d_f32_winograd_5x5,
     650, 420},
};

// Element `row` of the transformation G of three taps along an axis.
std::array<double, 3> transform_row(const std::vector<double>& points, size_t row) {
  if (row == points.size()) return {0, 0, 1};
  double divisor = 1;
  for (size_t i = 0; i < points.size(); ++i)
    if (i != row) divisor *= points[row] - points[i];
  return {1 / divisor, points[row] / divisor, points[row] * points[row] / divisor};
}

// [four output channels][kInputs][kInputs][input channels][4]
void write(const ConvolutionF32& convolution, const Algorithm& algorithm, float* to) {
  for (int32_t first = 0; first < convolution.blocks() * 4; first += 4)
    for (int32_t y = 0; y < algorithm.inputs(); ++y)
      for (int32_t x = 0; x < algorithm.inputs(); ++x) {
        const auto down = transform_row(algorithm.points, static_cast<size_t>(y));
        const auto right = transform_row(algorithm.points, static_cast<size_t>(x));
        for (int32_t i = 0; i < convolution.geometry().input_channels; ++i)
          for (int32_t channel = first; channel < first + 4; ++channel) {
            double sum = 0;
            for (int32_t tap = 0; tap < 9; ++tap)
              sum += down[static_cast<size_t>(tap / 3)] * right[static_cast<size_t>(tap % 3)] *
                     static_cast<double>(convolution.weight(channel, tap / 3, tap % 3, i));
            *to++ = static_cast<float>(sum);
          }
      }
}

int32_t elements(const ConvolutionF32& convolution, const Algorithm& algorithm) {
  return algorithm.elements() * convolution.geometry().input_channels * convolution.blocks() * 4;
}

uint32_t scratch_bytes(const Conv2DGeometry& g, const Algorithm& algorithm) {
  return static_cast<uint32_t>(algorithm.elements() * (4 * g.input_channels + 16) * 4);
}

// What rounding does to one region of outputs, computed by the kernel itself from inputs between
// `low` and 1.
double error(const ConvolutionF32& convolution, const Algorithm& algorithm, float low) {
  const int32_t size = 2 * algorithm.outputs;
  Conv2DF32PooledParams params = convolution.params();
  Conv2DGeometry& g = params.geometry;
  g.batches = 1;
  g.input_height = g.input_width = size + 2;
  g.output_height = g.output_width = size;
  g.pad_top = g.pad_left = 0;
  params.pool = {1, 1, size, size};
  params.activation_min = -INFINITY;
  params.activation_max = INFINITY;
  std::vector<float> input(static_cast<size_t>(g.input_height * g.input_width * g.input_channels));
  uint32_t state = 1;
  for (float& x : input) {
    state = state * 1664525 + 1013904223;
    x = low + (1 - low) * static_cast<float>(state >> 8) / static_cast<float>(1 << 24);
  }
  std::vector<float> filter(static_cast<size_t>(elements(convolution, algorithm)));
  write(convolution, algorithm, filter.data());
  const std::vector<float> bias(static_cast<size_t>(convolution.blocks() * 4));
  std::vector<float> scratch(scratch_bytes(g, algorithm) / 4);
  std::vector<float> output(static_cast<size_t>(size * size * g.output_channels));
  algorithm.run(params, input.data(), filter.data(), bias.data(), scratch.data(), output.data());
  double largest = 0, difference = 0;
  for (int32_t y = 0; y < size; ++y)
    for (int32_t x = 0; x < size; ++x)
      for (int32_t c = 0; c < g.output_channels; ++c) {
        double sum = 0;
        for (int32_t tap = 0; tap < 9; ++tap) {
          const float* in =
              input.data() + ((y + tap / 3) * g.input_width + x + tap % 3) * g.input_channels;
          for (int32_t i = 0; i < g.input_channels; ++i)
            sum += static_cast<double>(in[i]) *
                   static_cast<double>(convolution.weight(c, tap / 3, tap % 3, i));
        }
        const auto index = static_cast<size_t>((y * size + x) * g.output_channels + c);
        const Conv2DF32PooledParams& p = convolution.params();
        largest = std::max(
            largest, std::abs(std::clamp<double>(sum + static_cast<double>(convolution.bias(c)),
                                                 p.activation_min, p.activation_max)));
        difference = std::max(difference, std::abs(static_cast<double>(output[index]) - sum));
      }
  return largest == 0 ? 0 : difference / largest;
}

double cycles(const ConvolutionF32& convolution, const Algorithm& algorithm) {
  const Conv2DGeometry& g = convolution.geometry();
  const int32_t size = 2 * algorithm.outputs;
  const double regions = 1.0 * g.batches * ((g.output_height + size - 1) / size) *
                         ((g.output_width + size - 1) / size);
  const int32_t blocks = convolution.blocks();
  const double multiply = blocks * algorithm.elements() * (21.0 * g.input_channels + 25);
  return regions * (multiply + 4 * (algorithm.transform_input * g.input_channels +
                                    algorithm.transform_output * 4 * blocks));
}

}  // namespace

void add_winograd_f32(const ConvolutionF32& convolution, std::vector<Candidate>& candidates) {
  const Conv2DGeometry& g = convolution.geometry();
  const FusedMaxPool& pool = convolution.params().pool;
  if (g.filter_height != 3 || g.filter_width != 3 || g.stride_height != 1 || g.stride_width != 1 ||
      g.dilation_height != 1 || g.dilation_width != 1 || g.input_channels % 4 != 0)
    return;
  for (const Algorithm& algorithm : kAlgorithms) {
    if (2 * algorithm.outputs % pool.height != 0 || 2 * algorithm.outputs % pool.width != 0)
      continue;
    if (int64_t{algorithm.elements()} * g.input_channels * g.output_channels > 1 << 26) continue;
    // Activations are often positive, but need not be.
    if (std::max(error(convolution, algorithm, 0), error(convolution, algorithm, -1)) > kMaxError)
      continue;
    const uint32_t scratch = scratch_bytes(g, algorithm);
    const auto apply = [=](StepBuilder& steps, PreparedStep& step) -> Error {
      auto* params = steps.params<Conv2DF32PooledParams>();
      auto* filter = steps.table<float>(elements(convolution, algorithm));
      const auto* bias = convolution.bias_table(steps);
      if (params == nullptr || filter == nullptr || bias == nullptr) return steps.no_memory();
      *params = convolution.params();
      write(convolution, algorithm, filter);
      steps.replace(
          step, algorithm.kernel, params,
          {convolution.input(), steps.operand_of_table(filter), steps.operand_of_table(bias),
           steps.operand_of_scratch(step, scratch), convolution.output()});
      return {};
    };
    candidates.push_back({.kernel = algorithm.kernel,
                          .cycles = cycles(convolution, algorithm),
                          .scratch_bytes = scratch,
                          .constant_bytes = static_cast<uint32_t>(
                              4 * elements(convolution, algorithm) + 16 * convolution.blocks()),
                          .channels_at_once = 4,
                          .fuses_pool = convolution.pools(),
                          .output_lead = convolution.output_lead(2 * algorithm.outputs),
                          .apply = apply});
  }
}

}  // namespace solder::compiler::armv7em
