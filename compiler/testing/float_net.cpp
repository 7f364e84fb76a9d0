#include "compiler/testing/float_net.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "compiler/planning/executable.h"
#include "compiler/testing/graphs.h"
#include "runtime/kernels/checks.h"

namespace solder::compiler::testing {

void FloatNet::input(const Shape& shape) { last_ = add_input(graph_, shape); }

void FloatNet::conv_2d(int32_t channels, int32_t filter_height, int32_t filter_width,
                       const Options& options) {
  add_weighted(OperatorType::CONV_2D, {4, {channels, filter_height, filter_width, shape().dims[3]}},
               window(filter_height, filter_width, channels, options), options);
}

void FloatNet::depthwise_conv_2d(int32_t multiplier, int32_t filter_height, int32_t filter_width,
                                 const Options& options) {
  const int32_t channels = shape().dims[3] * multiplier;
  add_weighted(OperatorType::DEPTHWISE_CONV_2D, {4, {1, filter_height, filter_width, channels}},
               window(filter_height, filter_width, channels, options), options);
}

void FloatNet::max_pool_2d(const Options& options) {
  end_with(add_operator(graph_, OperatorType::MAX_POOL_2D, {last_},
                        window(options.filter_h, options.filter_w, shape().dims[3], options),
                        options));
}

void FloatNet::add_constant(bool broadcasts, const Options& options) {
  const Shape in = shape();
  const Shape other = broadcasts ? Shape{4, {1, 1, 1, 1}} : in;
  const int b = testing::add_constant(graph_, other, random_floats(other.elements(), ++seed_));
  end_with(add_operator(graph_, OperatorType::ADD, {last_, b}, in, options));
}

void FloatNet::fully_connected(int32_t outputs, const Options& options) {
  const int32_t depth = shape().dims[shape().rank - 1];
  const auto batches = static_cast<int32_t>(shape().elements() / depth);
  add_weighted(OperatorType::FULLY_CONNECTED, {2, {outputs, depth}}, {2, {batches, outputs}},
               options);
}

Shape FloatNet::window(int32_t height, int32_t width, int32_t channels, const Options& o) const {
  const int32_t* in = shape().dims;
  return {4,
          {in[0], slide_window(o.padding, in[1], height, o.stride_h, o.dilation_h).output_size,
           slide_window(o.padding, in[2], width, o.stride_w, o.dilation_w).output_size, channels}};
}

void FloatNet::add_weighted(OperatorType type, const Shape& filter, const Shape& output,
                            const Options& options) {
  const int32_t channels = output.dims[output.rank - 1];
  std::vector<int> inputs = {
      last_, testing::add_constant(graph_, filter, random_floats(filter.elements(), ++seed_))};
  if (integer(0, 3) != 0)
    inputs.push_back(
        testing::add_constant(graph_, {1, {channels}}, random_floats(channels, ++seed_)));
  end_with(add_operator(graph_, type, inputs, output, options));
}

std::vector<KernelId> FloatNet::expect_like_reference(Prefer prefer,
                                                      std::optional<KernelId> favourite) {
  const Executable expected(graph_, kReferenceKernels);
  const Executable actual(graph_, kArmv7emKernels, prefer, favourite);
  const TensorInfo& in = expected.model().input_info(0);
  const Floats values = random_floats(in.bytes / 4, ++seed_);
  std::memcpy(expected.model().input(0), values.data(), in.bytes);
  std::memcpy(actual.model().input(0), values.data(), in.bytes);
  float range = 0;
  expected.invoke([&](int, int tensor, const void* data) {
    const int64_t count = graph_.tensors[static_cast<size_t>(tensor)].shape.elements();
    for (int64_t i = 0; i < count; ++i)
      range = std::max(range, std::abs(static_cast<const float*>(data)[i]));
  });
  actual.model().invoke();
  const float* want = expected.model().output<float>(0);
  const float* got = actual.model().output<float>(0);
  for (int64_t i = 0; i < shape().elements(); ++i) {
    if (std::abs(want[i] - got[i]) <= 1e-5F * range) continue;
    ADD_FAILURE() << "output " << i << " of " << to_string(shape()) << " is " << got[i]
                  << " and should be " << want[i] << ", range " << range;
    break;
  }
  std::vector<KernelId> kernels;
  for (uint32_t i = 0; i < actual.plan().step_count; ++i)
    kernels.push_back(actual.plan().steps[i].kernel);
  return kernels;
}

}  // namespace solder::compiler::testing
