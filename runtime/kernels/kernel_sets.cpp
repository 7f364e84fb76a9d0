// A table each, so that a program that names one set links nothing of the others.
#include "runtime/kernels/kernel_list.h"

namespace solder {

#define X(name, params, ...) call<&reference::name>,
const KernelSet kReferenceKernels = {"reference", {SOLDER_PORTABLE_KERNEL_LIST(X)}};
#undef X

// Boards leave out what the interpreter refuses; compiled models need no table.
#define X(name, params, ...) call<&generic::name>,
#ifdef SOLDER_WITHOUT_LEGACY_KERNELS
const KernelSet kGenericKernels = {"generic", {SOLDER_COMMON_KERNEL_LIST(X)}};
#else
const KernelSet kGenericKernels = {"generic", {SOLDER_PORTABLE_KERNEL_LIST(X)}};
#endif
#undef X

#define X(name, params, ...) call<&armv7em::name>,
const KernelSet kArmv7emKernels = {"armv7em", {SOLDER_KERNEL_LIST(X)}};
#undef X

}  // namespace solder
