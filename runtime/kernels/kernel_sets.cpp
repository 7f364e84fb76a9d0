// A table each, so that a program that names one set links nothing of the others.
#include "runtime/kernels/kernel_list.h"

namespace solder {

#define X(name, params, ...) call<&reference::name>,
const KernelSet kReferenceKernels = {"reference", {SOLDER_PORTABLE_KERNEL_LIST(X)}};
#undef X

// A board's interpreter links all of them: there the rarest are the small ones.
#define X(name, params, ...) call<&generic::name>,
#ifdef SOLDER_SMALL_LEGACY_KERNELS
#define LEGACY_X(name, params, ...) call<&reference::name>,
#else
#define LEGACY_X X
#endif
const KernelSet kGenericKernels = {
    "generic", {SOLDER_COMMON_KERNEL_LIST(X) SOLDER_LEGACY_KERNEL_LIST(LEGACY_X)}};
#undef LEGACY_X
#undef X

#define X(name, params, ...) call<&armv7em::name>,
const KernelSet kArmv7emKernels = {"armv7em", {SOLDER_KERNEL_LIST(X)}};
#undef X

}  // namespace solder
