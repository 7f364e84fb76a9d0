#include <gtest/gtest.h>

#include "compiler/testing/int8_net.h"

namespace solder::compiler::armv7em {
namespace {

TEST(Armv7emFullyConnectedS8, MatchesTheReference) {
  int hits = 0;
  for (uint32_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    testing::Int8Net net(seed);
    net.input({2, {net.one_of({1, 1, 3}), net.integer(1, 90)}});
    net.fully_connected(net.integer(1, 40),
                        net.one_of({Activation::NONE, Activation::RELU, Activation::RELU6}));
    net.end();
    hits += net.expect_same_as_reference(KernelId::fully_connected_s8_smlad);
    if (HasFailure()) break;
  }
  EXPECT_EQ(hits, 300);
}

}  // namespace
}  // namespace solder::compiler::armv7em
