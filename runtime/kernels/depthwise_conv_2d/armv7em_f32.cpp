#include "runtime/kernels/depthwise_conv_2d/armv7em_f32.h"

#include <cassert>

#include "runtime/kernels/armv7em/output_f32.h"
#include "runtime/kernels/kernel_list.h"

namespace solder::armv7em {
namespace {

constexpr int32_t kOutputs = 4;  // neighbours in a row, at a time
constexpr int32_t kRows = 3;     // of the filter

// A row of outputs of one channel.
struct Row {
  const float* inputs[kRows];
  const float* weights;  // [9], bias
  const float* range;    // of the activation
  int32_t count;         // of outputs, a multiple of kOutputs
  float* output;
  int32_t output_step;
};

#ifdef __ARM_FEATURE_DSP

// clang-format off
// Weights are in s0 to s8, the bias in s9, the activation's range in s10 and s11, sums of four
// neighbours in s12 to s15.
#define START                       \
  "vldmia %[weights], {s0-s9}\n\t"  \
  "vldmia %[range], {s10-s11}\n\t"  \
  ".balign 8\n\t"                   \
  "1:\n\t"                          \
  "vmov.f32 s12, s9\n\t"            \
  "vmov.f32 s13, s9\n\t"            \
  "vmov.f32 s14, s9\n\t"            \
  "vmov.f32 s15, s9\n\t"
#define TAP(weight, x0, x1, x2, x3)        \
  "vfma.f32 s12, " #x0 ", " #weight "\n\t" \
  "vfma.f32 s13, " #x1 ", " #weight "\n\t" \
  "vfma.f32 s14, " #x2 ", " #weight "\n\t" \
  "vfma.f32 s15, " #x3 ", " #weight "\n\t"
#define CLAMP(sum) SOLDER_ASM_MAX(sum, s10) SOLDER_ASM_MIN(sum, s11)
#define END                                    \
  CLAMP(s12)                                   \
  CLAMP(s13)                                   \
  CLAMP(s14)                                   \
  CLAMP(s15)                                   \
  "subs %[count], #4\n\t"                      \
  "vstr s12, [%[output]]\n\t"                  \
  "add %[output], %[output], %[step]\n\t"      \
  "vstr s13, [%[output]]\n\t"                  \
  "add %[output], %[output], %[step]\n\t"      \
  "vstr s14, [%[output]]\n\t"                  \
  "add %[output], %[output], %[step]\n\t"      \
  "vstr s15, [%[output]]\n\t"                  \
  "add %[output], %[output], %[step]\n\t"      \
  "bgt 1b\n\t"
#define CLOBBERED                                                                                 \
  "cc", "memory", "s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "s12", \
      "s13", "s14", "s15", "s16", "s17", "s18", "s19", "s20", "s21", "s22", "s23", "s24", "s25",  \
      "s26", "s27"

void multiply_stride_1(const Row& row) {
  const float *in0 = row.inputs[0], *in1 = row.inputs[1], *in2 = row.inputs[2];
  float* output = row.output;
  int32_t count = row.count;
  asm volatile(
      START
      "vldmia %[in0], {s16-s21}\n\t"
      "vldmia %[in1], {s22-s27}\n\t"
      TAP(s0, s16, s17, s18, s19)
      "add %[in0], %[in0], #16\n\t"
      TAP(s1, s17, s18, s19, s20)
      TAP(s2, s18, s19, s20, s21)
      "add %[in1], %[in1], #16\n\t"
      TAP(s3, s22, s23, s24, s25)
      TAP(s4, s23, s24, s25, s26)
      TAP(s5, s24, s25, s26, s27)
      "vldr s16, [%[in2]]\n\t"
      "vldr s17, [%[in2], #4]\n\t"
      "vldr s18, [%[in2], #8]\n\t"
      "vldr s19, [%[in2], #12]\n\t"
      "vldr d10, [%[in2], #16]\n\t"
      TAP(s6, s16, s17, s18, s19)
      "add %[in2], %[in2], #16\n\t"
      TAP(s7, s17, s18, s19, s20)
      TAP(s8, s18, s19, s20, s21)
      END
      : [in0] "+r"(in0), [in1] "+r"(in1), [in2] "+r"(in2), [output] "+r"(output),
        [count] "+r"(count)
      : [weights] "r"(row.weights), [range] "r"(row.range), [step] "r"(row.output_step * 4)
      : CLOBBERED);
}

// `odd`: from the even columns of a row to its odd ones.
void multiply_stride_2(const Row& row, int32_t odd) {
  const float *in0 = row.inputs[0], *in1 = row.inputs[1], *in2 = row.inputs[2];
  const float *odd0 = in0 + odd, *odd1 = in1 + odd, *odd2 = in2 + odd;
  float* output = row.output;
  int32_t count = row.count;
  asm volatile(
      START
      "vldmia %[in0], {s16-s20}\n\t"
      "vldmia %[odd0]!, {s21-s24}\n\t"
      TAP(s0, s16, s17, s18, s19)
      "add %[in0], %[in0], #16\n\t"
      TAP(s1, s21, s22, s23, s24)
      TAP(s2, s17, s18, s19, s20)
      "vldr s16, [%[in1]]\n\t"
      "vldr s17, [%[in1], #4]\n\t"
      "vldr s18, [%[in1], #8]\n\t"
      "vldr s19, [%[in1], #12]\n\t"
      "vldr s20, [%[in1], #16]\n\t"
      "vldmia %[odd1]!, {s21-s24}\n\t"
      TAP(s3, s16, s17, s18, s19)
      "add %[in1], %[in1], #16\n\t"
      TAP(s4, s21, s22, s23, s24)
      TAP(s5, s17, s18, s19, s20)
      "vldr s16, [%[in2]]\n\t"
      "vldr s17, [%[in2], #4]\n\t"
      "vldr s18, [%[in2], #8]\n\t"
      "vldr s19, [%[in2], #12]\n\t"
      "vldr s20, [%[in2], #16]\n\t"
      "vldmia %[odd2]!, {s21-s24}\n\t"
      TAP(s6, s16, s17, s18, s19)
      "add %[in2], %[in2], #16\n\t"
      TAP(s7, s21, s22, s23, s24)
      TAP(s8, s17, s18, s19, s20)
      END
      : [in0] "+r"(in0), [in1] "+r"(in1), [in2] "+r"(in2), [odd0] "+r"(odd0), [odd1] "+r"(odd1),
        [odd2] "+r"(odd2), [output] "+r"(output), [count] "+r"(count)
      : [weights] "r"(row.weights), [range] "r"(row.range), [step] "r"(row.output_step * 4)
      : CLOBBERED);
}

#undef START
#undef TAP
#undef CLAMP
#undef END
#undef CLOBBERED
// clang-format on

#else

void multiply_stride_1(const Row& row) {
  for (int32_t x = 0; x < row.count; ++x) {
    float sum = row.weights[9];
    for (int32_t tap = 0; tap < 9; ++tap)
      sum += row.inputs[tap / 3][x + tap % 3] * row.weights[tap];
    row.output[x * row.output_step] = finish_f32(sum, row.range[0], row.range[1]);
  }
}

void multiply_stride_2(const Row& row, int32_t odd) {
  for (int32_t x = 0; x < row.count; ++x) {
    float sum = row.weights[9];
    for (int32_t y = 0; y < kRows; ++y) {
      const float* even = row.inputs[y] + x;
      const float* weights = row.weights + 3 * y;
      sum += even[0] * weights[0];
      sum += even[odd] * weights[1];
      sum += even[1] * weights[2];
    }
    row.output[x * row.output_step] = finish_f32(sum, row.range[0], row.range[1]);
  }
}

#endif

class Depthwise {
 public:
  Depthwise(const Conv2DF32Params& p, const float* filter, float* scratch)
      : p_(p),
        filter_(filter),
        rows_(scratch),
        row_(depthwise_row_f32(p.geometry)),
        odd_(p.geometry.stride_width == 1 ? 0 : row_ / 2) {}

  void convolve(const float* image, float* output) const;

 private:
  void load(const float* image, int32_t y, int32_t channel, int32_t count) const;
  void multiply_row(const Row& row) const {
    odd_ == 0 ? multiply_stride_1(row) : multiply_stride_2(row, odd_);
  }
  void multiply(int32_t out_y, int32_t channel, int32_t count, float* output) const;
  // Row y of the input, of the first of the channels in memory.
  float* row_at(int32_t y) const { return rows_ + (y + kRows) % kRows * row_; }

  const Conv2DF32Params& p_;
  const float* filter_;
  float* rows_;  // [channel][kRows][row_]
  int32_t row_, odd_;
};

// Row y of `count` channels to scratch, zeros where the image has none.
void Depthwise::load(const float* image, int32_t y, int32_t channel, int32_t count) const {
  const Conv2DGeometry& g = p_.geometry;
  const int32_t step = kRows * row_;
  float* row = row_at(y);
  const bool inside = y >= 0 && y < g.input_height;
  const int32_t end = g.pad_left + g.input_width < row_ ? g.pad_left + g.input_width : row_;
  const auto at = [this](int32_t x) { return odd_ == 0 ? x : x / 2 + x % 2 * odd_; };
  const auto clear = [&](int32_t from, int32_t to) {
    for (int32_t x = from; x < to; ++x)
      for (int32_t c = 0; c < count; ++c) row[at(x) + c * step] = 0;
  };
  if (!inside) return clear(0, row_);
  clear(0, g.pad_left);
  clear(end, row_);
  const float* from = image + y * g.input_width * g.input_channels + channel;
  for (int32_t x = g.pad_left; x < end; ++x, from += g.input_channels) {
    float* to = row + at(x);
    if (count == kDepthwiseChannels) {
      const float a = from[0], b = from[1], c = from[2], d = from[3];
      const float e = from[4], f = from[5], h = from[6], i = from[7];
      *to = a, to += step;
      *to = b, to += step;
      *to = c, to += step;
      *to = d, to += step;
      *to = e, to += step;
      *to = f, to += step;
      *to = h, to += step;
      *to = i;
    } else {
      for (int32_t c = 0; c < count; ++c, to += step) *to = from[c];
    }
  }
}

// Outputs are computed in fours: those behind a row's last are written over by the rows that
// follow. Where none does, the last few are computed apart.
void Depthwise::multiply(int32_t out_y, int32_t channel, int32_t count, float* output) const {
  const Conv2DGeometry& g = p_.geometry;
  const int32_t y = out_y * g.stride_height - g.pad_top;
  const int32_t filled = (g.output_width + kOutputs - 1) / kOutputs * kOutputs;
  const int32_t whole = g.output_width / kOutputs * kOutputs;
  const bool fits = out_y * g.output_width + filled <= g.output_height * g.output_width;
  const int32_t rest = fits ? 0 : g.output_width - whole;
  const float range[] = {p_.activation_min, p_.activation_max};
  Row row = {.inputs = {row_at(y), row_at(y + 1), row_at(y + 2)},
             .weights = filter_ + channel * kDepthwiseWeights,
             .range = range,
             .count = fits ? filled : whole,
             .output = output + out_y * g.output_width * g.output_channels + channel,
             .output_step = g.output_channels};
  for (int32_t c = 0; c < count; ++c, ++row.output) {
    if (row.count > 0) multiply_row(row);
    if (rest > 0) {
      float last[kOutputs];
      Row end = row;
      for (const float*& in : end.inputs) in += whole;
      end.count = kOutputs;
      end.output = last;
      end.output_step = 1;
      multiply_row(end);
      for (int32_t x = 0; x < rest; ++x) row.output[(whole + x) * g.output_channels] = last[x];
    }
    for (const float*& in : row.inputs) in += kRows * row_;
    row.weights += kDepthwiseWeights;
  }
}

void Depthwise::convolve(const float* image, float* output) const {
  const Conv2DGeometry& g = p_.geometry;
  for (int32_t channel = 0; channel < g.input_channels; channel += kDepthwiseChannels) {
    const int32_t left = g.input_channels - channel;
    const int32_t count = left < kDepthwiseChannels ? left : kDepthwiseChannels;
    int32_t next = -g.pad_top;  // row to load
    for (int32_t out_y = 0; out_y < g.output_height; ++out_y) {
      const int32_t first = out_y * g.stride_height - g.pad_top;
      if (next < first) next = first;
      for (; next < first + kRows; ++next) load(image, next, channel, count);
      multiply(out_y, channel, count, output);
    }
  }
}

}  // namespace

void depthwise_conv_2d_f32_3x3(const Conv2DF32Params& p, const float* input, const float* filter,
                               float* scratch, float* output) {
  const Conv2DGeometry& g = p.geometry;
  assert(g.filter_height == kRows && g.filter_width == 3 && g.stride_width <= 2 &&
         g.output_channels == g.input_channels);
  const Depthwise depthwise(p, filter, scratch);
  for (int32_t b = 0; b < g.batches; ++b) {
    depthwise.convolve(input, output);
    input += g.input_height * g.input_width * g.input_channels;
    output += g.output_height * g.output_width * g.output_channels;
  }
}

}  // namespace solder::armv7em
