#include "cli/common/kernels.h"

#include <map>

namespace solder::cli {

void add_kernels_option(CLI::App& command, std::string& name, const std::string& fallback) {
  name = fallback;
  command
      .add_option("--kernels", name,
                  "Kernel set: reference (readable), generic (fast C++) or armv7em (DSP "
                  "instructions of the Cortex-M4 and M7, emulated on a computer)")
      ->check(CLI::IsMember({"reference", "generic", "armv7em"}))
      ->capture_default_str();
}

const KernelSet& kernels_named(const std::string& name) {
  if (name == "reference") return kReferenceKernels;
  return name == "armv7em" ? kArmv7emKernels : kGenericKernels;
}

const char* name_of(compiler::Prefer prefer) {
  switch (prefer) {
    case compiler::Prefer::kSpeed:
      return "speed";
    case compiler::Prefer::kRam:
      return "ram";
    case compiler::Prefer::kFlash:
      return "flash";
    case compiler::Prefer::kBalanced:
      break;
  }
  return "balanced";
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
