// Grows a graph of INT8 operators with random constants and quantization, for tests of kernels.
#pragma once

#include <vector>

#include "compiler/ir/graph.h"
#include "compiler/testing/random_choices.h"
#include "runtime/kernels/kernel_list.h"

namespace solder::compiler::testing {

class Int8Net : public RandomChoices {
 public:
  explicit Int8Net(uint32_t seed) : RandomChoices(seed) {}

  const Graph& graph() const { return graph_; }

  void input(const Shape& shape);
  // On the last tensor; its shape becomes the output's.
  void conv_2d(int32_t channels, int32_t filter_height, int32_t filter_width, Options options);
  void depthwise_conv_2d(int32_t multiplier, int32_t filter_height, int32_t filter_width,
                         Options options);
  void max_pool_2d(const Options& options);
  void fully_connected(int32_t channels, Activation activation);
  // Adds the input to the last tensor, or takes the last from it.
  void add_input(OperatorType add_or_sub, Activation activation);
  // The last tensor is the output.
  void end() { graph_.outputs = {last_}; }

  const Shape& shape() const { return graph_.tensors[static_cast<size_t>(last_)].shape; }
  // The same bytes with `kernel`, wherever it can be, as with the reference kernels; returns
  // whether it was anywhere.
  bool expect_same_as_reference(KernelId kernel);

 private:
  int add_activation(const Shape& shape, float scale, int64_t zero_point);
  int add_filter(const Shape& shape, float scale, int32_t channel_axis = 0);
  int add_bias(int32_t channels, int32_t largest);
  // An operator of weights: `depth` products a sum.
  void add_weighted(OperatorType type, int filter, int64_t depth, const Shape& shape,
                    const Options& options);

  Graph graph_;
  int last_ = -1;
};

}  // namespace solder::compiler::testing
