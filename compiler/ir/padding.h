// What TensorFlow Lite's SAME padding does along one dimension.
#pragma once

#include <algorithm>
#include <cstdint>

namespace solder::compiler {

struct Padded {
  int64_t before, after;  // zeros read in front of and behind the input
  int64_t outputs;

  bool operator==(const Padded&) const = default;
};

// A window of `kernel` elements `dilation` apart covers this many.
constexpr int64_t window_size(int64_t kernel, int64_t dilation) {
  return (kernel - 1) * dilation + 1;
}

// All arguments at least 1; `window` from window_size().
constexpr Padded same_padding(int64_t input, int64_t window, int64_t stride) {
  const int64_t outputs = (input + stride - 1) / stride;
  const int64_t total = std::max<int64_t>(0, (outputs - 1) * stride + window - input);
  return {total / 2, total - total / 2, outputs};
}

// The same from explicit padding, less what no window reads. `outputs` is below 1 when the window
// is larger than the padded input.
constexpr Padded explicit_padding(int64_t input, int64_t window, int64_t stride, int64_t before,
                                  int64_t after) {
  const int64_t room = input + before + after - window;
  const int64_t outputs = room < 0 ? 0 : room / stride + 1;
  return {before, std::max<int64_t>(0, (outputs - 1) * stride + window - input - before), outputs};
}

}  // namespace solder::compiler
