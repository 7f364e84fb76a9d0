#include "compiler/planning/decision.h"

namespace solder::compiler {

std::string kernel_name(KernelId kernel) {
  switch (kernel) {
#define X(name, params, ...) \
  case KernelId::name:       \
    return #name;
    SOLDER_KERNEL_LIST(X)
#undef X
  }
  return "";
}

}  // namespace solder::compiler
