#include <gtest/gtest.h>

#include "compiler/passes/passes.h"
#include "compiler/testing/graphs.h"

namespace solder::compiler {
namespace {

using namespace testing;

struct Case {
  int32_t size, kernel, stride, dilation, before, after;
  bool folds;
};

Graph graph_of_conv(const Case& c) {
  Graph graph;
  const int x = add_input(graph, {4, {1, c.size, c.size, 2}});
  const int paddings =
      add_int32_constant(graph, {0, 0, c.before, c.after, c.before, c.after, 0, 0});
  graph.tensors[paddings].shape = {2, {4, 2}};
  const int32_t padded = c.size + c.before + c.after;
  const int p = add_operator(graph, OperatorType::PAD, {x, paddings}, {4, {1, padded, padded, 2}});
  const int w = add_constant(graph, {4, {3, c.kernel, c.kernel, 2}},
                             random_floats(3 * c.kernel * c.kernel * 2, 1));
  const int b = add_constant(graph, {1, {3}}, random_floats(3, 2));
  Options options;
  options.padding = Padding::VALID;
  options.stride_h = options.stride_w = c.stride;
  options.dilation_h = options.dilation_w = c.dilation;
  const int32_t outputs = (padded - (c.kernel - 1) * c.dilation - 1) / c.stride + 1;
  graph.outputs = {add_operator(graph, OperatorType::CONV_2D, {p, w, b},
                                {4, {1, outputs, outputs, 3}}, options)};
  return graph;
}

TEST(FoldPad, WhereSamePadsTheSame) {
  const Case cases[] = {
      {8, 3, 1, 1, 1, 1, true},  {9, 3, 2, 1, 1, 1, true},  {8, 3, 2, 1, 0, 1, true},
      {8, 3, 2, 1, 1, 1, false}, {8, 3, 2, 1, 1, 0, false}, {8, 3, 1, 2, 2, 2, true},
      {8, 5, 1, 1, 1, 1, false}, {8, 5, 1, 1, 2, 2, true},  {7, 1, 2, 1, 1, 1, false},
  };
  for (const Case& c : cases) {
    Graph graph = graph_of_conv(c);
    const auto before = run_on_noise(graph);
    EXPECT_EQ(fold_pad(graph), c.folds)
        << c.size << " kernel " << c.kernel << " stride " << c.stride << " dilation " << c.dilation
        << " padding " << c.before << "," << c.after;
    remove_dead_code(graph);
    validate(graph);
    EXPECT_EQ(graph.operators.size(), c.folds ? 1 : 2);
    expect_near(run_on_noise(graph), before);
  }
}

TEST(FoldPad, KeepsPaddedChannels) {
  Graph graph = graph_of_conv({8, 3, 1, 1, 1, 1, true});
  const int paddings = graph.operators[0].inputs[1];
  graph.tensors[paddings].values<int32_t>()[7] = 1;
  EXPECT_FALSE(fold_pad(graph));
}

}  // namespace
}  // namespace solder::compiler
