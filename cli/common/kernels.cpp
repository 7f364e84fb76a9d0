#include "cli/common/kernels.h"

namespace solder::cli {

void add_kernels_option(CLI::App& command, std::string& name) {
  name = "generic";
  command.add_option("--kernels", name, "Kernel set: reference (readable) or generic (fast C++)")
      ->check(CLI::IsMember({"reference", "generic"}))
      ->capture_default_str();
}

const KernelSet& kernels_named(const std::string& name) {
  return name == "reference" ? kReferenceKernels : kGenericKernels;
}

}  // namespace solder::cli
