// `solder bench --suite`: models of a file beside the figures that it gives.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/support/program.h"

namespace solder::tests {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;

std::filesystem::path suite_of(const std::string& name, const nlohmann::json& suite) {
  const auto path = fresh_folder(name) / "suite.json";
  std::ofstream(path) << suite.dump();
  return path;
}

TEST(BenchSuite, PutsEveryFigureBesideItsBaseline) {
  const auto model = repository() / "models/mnist/mnist.tflite";
  const auto suite = suite_of("suite", {{"baseline", "other"},
                                        {"models",
                                         {{{"name", "digits"},
                                           {"model", model.string()},
                                           {"baseline",
                                            {{"instructions", 11000000},
                                             {"ms", 222.0},
                                             {"published_ms", 33.0},
                                             {"arena_bytes", 440000},
                                             {"code_bytes", 55000}}}},
                                          {{"name", "absent"}, {"model", "not_there.tflite"}}}}});
  const auto finished = solder({"bench", "--suite", suite, "--prefer", "speed"});
  EXPECT_EQ(finished.exit_code, 0) << finished.output;
  EXPECT_THAT(
      finished.output,
      ContainsRegex("model +MACs +instructions +other +modelled ms +other +published +arena "
                    "+other +code +other +stack +weights, tables"));
  EXPECT_THAT(
      finished.output,
      ContainsRegex("digits +[0-9,]+ +[0-9,]+ +11,000,000 \\([0-9.]+x\\) +[0-9.]+ +222\\.00 "
                    "\\([0-9.]+x\\) +33\\.00 \\([0-9.]+x\\) +[0-9,]+ +440,000 \\([0-9.]+x\\) "
                    "+[0-9,]+ +55,000 \\([0-9.]+x\\) +[0-9]+ +[0-9,]+\n"));
  EXPECT_THAT(finished.output, HasSubstr("absent: "));
  EXPECT_THAT(finished.output, HasSubstr("not_there.tflite is not there"));
}

TEST(BenchSuite, RefusesWhatIsNone) {
  const auto finished = solder({"bench", "--suite", suite_of("no_suite", {{"models", "many"}})});
  EXPECT_NE(finished.exit_code, 0);
  EXPECT_THAT(finished.output, HasSubstr("is not a suite"));
}

}  // namespace
}  // namespace solder::tests
