// Two tables, so that a program that names one set links nothing of the other.
#include "runtime/kernels/kernel_list.h"

namespace solder {

#define X(name, params, ...) call<&reference::name>,
const KernelSet kReferenceKernels = {"reference", {SOLDER_KERNEL_LIST(X)}};
#undef X

#define X(name, params, ...) call<&generic::name>,
const KernelSet kGenericKernels = {"generic", {SOLDER_KERNEL_LIST(X)}};
#undef X

}  // namespace solder
