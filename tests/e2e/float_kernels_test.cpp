// The float32 kernels of Armv7E-M as the processors run them: a network of odd shapes that needs
// each of them, as firmware on the virtual board and on QEMU's Cortex-M7 and M4.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <fstream>

#include "compiler/exporters/tflite/tflite_exporter.h"
#include "compiler/planning/executable.h"
#include "compiler/testing/float_net.h"
#include "compiler/testing/graphs.h"
#include "tests/support/program.h"

namespace solder::tests {
namespace {

using compiler::Executable;
using compiler::testing::FloatNet;

FloatNet odd_shapes() {
  Options options;
  options.activation = Activation::RELU;
  options.padding = Padding::SAME;
  Options valid = options, by_two = options;
  valid.padding = Padding::VALID;
  by_two.stride_h = by_two.stride_w = 2;
  Options pool = by_two;
  pool.activation = Activation::NONE;
  pool.padding = Padding::VALID;
  pool.filter_h = pool.filter_w = 2;
  FloatNet net(1);
  net.input({4, {1, 23, 22, 1}});
  net.conv_2d(6, 3, 3, options);  // one channel, and its pool
  net.max_pool_2d(pool);
  net.conv_2d(8, 2, 2, valid);    // direct
  net.conv_2d(9, 3, 3, options);  // 10x10: tiles of 5x5
  net.conv_2d(12, 3, 3, valid);   // direct, its depth not a multiple of four
  net.conv_2d(7, 3, 3, options);  // 8x8: tiles of 4x4
  net.depthwise_conv_2d(1, 3, 3, options);
  net.add_constant(false, options);
  net.depthwise_conv_2d(1, 3, 3, by_two);
  net.conv_2d(8, 1, 1, options);
  net.conv_2d(5, 3, 3, options);  // 4x4: tiles of 2x2, and their pool
  net.max_pool_2d(pool);
  net.fully_connected(11, {});
  return net;
}

TEST(FloatKernels, OfOddShapesOnEveryCore) {
  const auto folder = fresh_folder("float_kernels");
  const compiler::Graph graph = odd_shapes().graph();
  const Executable reference(graph, kReferenceKernels);
  const TensorInfo& info = reference.model().input_info(0);
  const auto input = compiler::testing::random_floats(info.bytes / 4, 1);
  std::memcpy(reference.model().input(0), input.data(), info.bytes);
  reference.model().invoke();
  const auto* output = reference.model().output<float>(0);
  const std::vector<float> expected(output, output + reference.model().output_info(0).bytes / 4);
  float range = 0;
  for (const float value : expected) range = std::max(range, std::abs(value));

  std::vector<KernelId> kernels;
  const Executable fast(graph, kArmv7emKernels, compiler::Prefer::kSpeed);
  for (uint32_t i = 0; i < fast.plan().step_count; ++i)
    kernels.push_back(fast.plan().steps[i].kernel);
  for (const KernelId kernel :
       {KernelId::add_f32_dense, KernelId::conv_2d_f32_direct, KernelId::conv_2d_f32_one_channel,
        KernelId::conv_2d_f32_winograd_2x2, KernelId::conv_2d_f32_winograd_4x4,
        KernelId::conv_2d_f32_winograd_5x5, KernelId::depthwise_conv_2d_f32_3x3,
        KernelId::fully_connected_f32_packed})
    EXPECT_THAT(kernels, testing::Contains(kernel));

  const auto model = folder / "model.tflite", input_file = folder / "input.f32";
  const std::vector<uint8_t> bytes = compiler::export_tflite(graph);
  std::ofstream(model, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()), static_cast<long>(bytes.size()));
  std::ofstream(input_file, std::ios::binary)
      .write(reinterpret_cast<const char*>(input.data()), static_cast<long>(info.bytes));
  for (const char* board : {"stm32f746g-disco", "mps2-an500", "mps2-an386"}) {
    SCOPED_TRACE(board);
    const auto figures = solder_json({"bench", model, "--input", input_file, "--board", board,
                                      "--kernels", "armv7em", "--prefer", "speed"});
    const auto values = figures["output"].get<std::vector<float>>();
    ASSERT_EQ(values.size(), expected.size());
    for (size_t i = 0; i < values.size(); ++i) EXPECT_NEAR(values[i], expected[i], 1e-5F * range);
  }
}

}  // namespace
}  // namespace solder::tests
