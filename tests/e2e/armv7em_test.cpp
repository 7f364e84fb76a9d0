// The kernels of Armv7E-M as real instructions, on two emulators that share no code: networks of
// random convolutions give the bytes that the reference gives on this computer.
#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <set>

#include "compiler/data/values.h"
#include "compiler/exporters/tflite/tflite_exporter.h"
#include "compiler/planning/executable.h"
#include "compiler/testing/int8_net.h"
#include "tests/support/program.h"

namespace solder::tests {
namespace {

namespace fs = std::filesystem;
using compiler::testing::Int8Net;

// With odd shapes and channels that are no multiple of anything.
void grow(Int8Net& net) {
  net.input({4, {1, net.integer(24, 31), net.integer(24, 31), net.integer(1, 9)}});
  const Options same = {.padding = Padding::SAME};
  Options valid = {.padding = Padding::VALID};
  valid.activation = Activation::RELU;
  net.conv_2d(net.integer(9, 24), 3, 3, same);
  net.depthwise_conv_2d(1, 3, 3, same);
  net.conv_2d(net.integer(13, 30), 1, 1, valid);
  Options window = {.padding = Padding::VALID};
  window.filter_h = window.filter_w = window.stride_h = window.stride_w = 2;
  net.conv_2d(net.integer(13, 30), 3, 3, valid);
  net.max_pool_2d(window);
  net.conv_2d(net.integer(13, 30), 3, 3, net.one_of({same, valid}));
  valid.stride_h = valid.stride_w = 2;
  net.depthwise_conv_2d(1, 3, 3, net.one_of({same, valid}));
  net.conv_2d(net.integer(5, 40), 3, 3,
              {.activation = Activation::RELU6, .padding = Padding::SAME});
  Options wide = same;
  wide.stride_w = 2;
  net.depthwise_conv_2d(1, 3, 3, wide);
  net.depthwise_conv_2d(1, 3, 3, {.activation = Activation::RELU, .padding = Padding::SAME});
  net.fully_connected(net.integer(100, 500), Activation::NONE);
  net.end();
}

// Each has kernels that the others do not take.
constexpr std::pair<compiler::Prefer, const char*> kPreferences[] = {
    {compiler::Prefer::kSpeed, "speed"}, {compiler::Prefer::kSpeed, "speed"},
    {compiler::Prefer::kSpeed, "speed"}, {compiler::Prefer::kRam, "ram"},
    {compiler::Prefer::kFlash, "flash"}, {compiler::Prefer::kFlash, "flash"},
};

TEST(Armv7em, RealInstructionsGiveTheReferencesBytes) {
  const fs::path folder = fresh_folder("armv7em");
  std::set<KernelId> ran;
  for (uint32_t seed = 0; seed < std::size(kPreferences); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Int8Net net(seed);
    grow(net);
    const fs::path model = folder / "net.tflite", input = folder / "input";
    const std::vector<uint8_t> file = compiler::export_tflite(net.graph());
    std::ofstream(model, std::ios::binary)
        .write(reinterpret_cast<const char*>(file.data()),
               static_cast<std::streamsize>(file.size()));
    const compiler::Executable reference(net.graph(), kReferenceKernels);
    const Model expected = reference.model();
    std::string bytes(expected.input_info(0).bytes, '\0');
    for (char& byte : bytes) byte = static_cast<char>(net.integer(-128, 127));
    std::ofstream(input, std::ios::binary) << bytes;
    std::memcpy(expected.input(0), bytes.data(), bytes.size());
    expected.invoke();
    const auto values = compiler::real_values(expected.output<uint8_t>(0), expected.output_info(0));

    const auto [prefer, name] = kPreferences[seed];
    const compiler::Executable planned(net.graph(), kArmv7emKernels, prefer);
    for (uint32_t i = 0; i < planned.plan().step_count; ++i)
      ran.insert(planned.plan().steps[i].kernel);
    // Of QEMU's boards one has a Cortex-M4.
    for (const char* board : {"stm32f746g-disco", seed % 2 == 0 ? "mps2-an500" : "mps2-an386"}) {
      const auto figures = solder_json({"bench", model, "--input", input, "--kernels", "armv7em",
                                        "--prefer", name, "--board", board});
      EXPECT_EQ(figures["output"].get<std::vector<float>>(), values) << board;
    }
  }
  for (const KernelId kernel :
       {KernelId::conv_2d_s8_smlad_w8, KernelId::conv_2d_s8_smlad_w16,
        KernelId::conv_2d_s8_smlad_scaled, KernelId::conv_max_pool_2d_s8_smlad_w8,
        KernelId::conv_2d_s8_winograd_2x2, KernelId::conv_2d_s8_winograd_4x4,
        KernelId::conv_2d_s8_winograd_2x2_max_pool, KernelId::conv_2d_s8_winograd_4x4_max_pool,
        KernelId::depthwise_conv_2d_s8_smlad, KernelId::depthwise_conv_2d_s8_smlad_scaled})
    EXPECT_TRUE(ran.contains(kernel)) << static_cast<int>(kernel);
}

}  // namespace
}  // namespace solder::tests
