#include "compiler/driver/choices.h"

#include <algorithm>
#include <cassert>
#include <iterator>

namespace solder::compiler {

const KernelSet& kernels_named(const std::string& name) {
  if (name == "reference") return kReferenceKernels;
  return name == "armv7em" ? kArmv7emKernels : kGenericKernels;
}

const char* name_of(Prefer prefer) {
  switch (prefer) {
    case Prefer::kSpeed:
      return "speed";
    case Prefer::kRam:
      return "ram";
    case Prefer::kFlash:
      return "flash";
    case Prefer::kBalanced:
      break;
  }
  return "balanced";
}

Prefer preference_named(const std::string& name) {
  const auto* const found =
      std::ranges::find_if(kPreferences, [&](Prefer prefer) { return name == name_of(prefer); });
  assert(found != std::end(kPreferences));
  return *found;
}

}  // namespace solder::compiler
