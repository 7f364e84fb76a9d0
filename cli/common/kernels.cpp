#include "cli/common/kernels.h"

#include <map>

namespace solder::cli {

void add_kernels_option(CLI::App& command, std::string& name, const std::string& fallback) {
  name = fallback;
  command
      .add_option("--kernels", name,
                  "Kernel set: reference (readable), generic (fast C++) or armv7em (DSP "
                  "instructions of the Cortex-M4 and M7, emulated on a computer)")
      ->check(CLI::IsMember(std::vector<std::string>(std::begin(compiler::kKernelSets),
                                                     std::end(compiler::kKernelSets))))
      ->capture_default_str();
}

void add_prefer_option(CLI::App& command, compiler::Prefer& prefer) {
  std::map<std::string, compiler::Prefer> names;
  for (const compiler::Prefer each : kPreferences) names[name_of(each)] = each;
  command
      .add_option("--prefer", prefer,
                  "What counts most where armv7em kernels trade speed, RAM and flash: balanced, "
                  "speed, ram or flash")
      ->transform(CLI::CheckedTransformer(names, CLI::ignore_case))
      ->default_str("balanced");
}

}  // namespace solder::cli
