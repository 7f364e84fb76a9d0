#include <gtest/gtest.h>

#include "runtime/kernels/kernel_list.h"
#include "runtime/kernels/testing.h"

namespace solder {
namespace {

// Every kernel set runs every case; a variant must give the reference's result.
const KernelSet* const kSets[] = {&kReferenceKernels, &kGenericKernels};

TEST(Neg, F32ChangesTheSign) {
  const float input[] = {0, -0.0F, 1.5F, -2, INFINITY, -INFINITY, 1e-40F};
  const std::vector<float> expected = {-0.0F, 0, -1.5F, 2, -INFINITY, INFINITY, -1e-40F};
  for (const KernelSet* set : kSets)
    EXPECT_EQ(testing::difference(expected, testing::run<float>(*set, KernelId::neg_f32,
                                                                NegF32Params{7}, 7, input)),
              "");
}

TEST(Neg, F32RunsInPlace) {
  float data[] = {1, 2, 3};
  reference::neg_f32({.elements = 3}, data, data);
  EXPECT_EQ(data[0], -1);
  EXPECT_EQ(data[2], -3);
}

}  // namespace
}  // namespace solder
