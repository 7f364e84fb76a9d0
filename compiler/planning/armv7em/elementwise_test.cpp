#include <gtest/gtest.h>

#include "compiler/testing/int8_net.h"

namespace solder::compiler::armv7em {
namespace {

TEST(Armv7emElementwise, SumsAndDifferencesMatchTheReference) {
  int hits = 0;
  for (uint32_t seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    testing::Int8Net net(seed);
    const int32_t channels = net.integer(1, 67);
    net.input({4, {1, net.integer(1, 5), net.integer(1, 5), channels}});
    net.conv_2d(channels, 1, 1, {});
    net.add_input(net.one_of({OperatorType::ADD, OperatorType::SUB}),
                  net.one_of({Activation::NONE, Activation::RELU, Activation::RELU6}));
    net.end();
    hits += net.expect_same_as_reference(KernelId::add_s8_table);
    if (HasFailure()) break;
  }
  EXPECT_EQ(hits, 200);
}

}  // namespace
}  // namespace solder::compiler::armv7em
