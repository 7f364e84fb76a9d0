// Grows a graph of FLOAT32 operators with random constants, for tests of kernels.
#pragma once

#include <optional>
#include <vector>

#include "compiler/ir/graph.h"
#include "compiler/planning/prefer.h"
#include "compiler/testing/random_choices.h"
#include "runtime/kernels/kernel_list.h"

namespace solder::compiler::testing {

class FloatNet : public RandomChoices {
 public:
  explicit FloatNet(uint32_t seed) : RandomChoices(seed), seed_(seed) {}

  void input(const Shape& shape);
  // On the last tensor; their output becomes the last, and the graph's.
  void conv_2d(int32_t channels, int32_t filter_height, int32_t filter_width,
               const Options& options);
  void depthwise_conv_2d(int32_t multiplier, int32_t filter_height, int32_t filter_width,
                         const Options& options);
  void max_pool_2d(const Options& options);
  // Of the last tensor's shape, or one number.
  void add_constant(bool broadcasts, const Options& options);
  void fully_connected(int32_t outputs, const Options& options);

  const Graph& graph() const { return graph_; }
  const Shape& shape() const { return graph_.tensors[static_cast<size_t>(last_)].shape; }
  // With the kernels of Armv7E-M as with the reference, within 1e-5 of the largest value there was;
  // returns the kernels of the steps that ran. favourite: see Executable.
  std::vector<KernelId> expect_like_reference(Prefer prefer, std::optional<KernelId> favourite);

 private:
  Shape window(int32_t height, int32_t width, int32_t channels, const Options& options) const;
  void add_weighted(OperatorType type, const Shape& filter, const Shape& output,
                    const Options& options);
  void end_with(int tensor) { graph_.outputs = {last_ = tensor}; }

  uint32_t seed_;  // of constants; moves on
  Graph graph_;
  int last_ = -1;
};

}  // namespace solder::compiler::testing
