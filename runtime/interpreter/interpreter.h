// The interpreter door: a .tflite that is checked and prepared at run time, in place, in memory
// that the caller owns. Weights are read where they lie in the file; nothing is copied.
#pragma once

#include <cstddef>

#include "runtime/plan/model.h"

namespace solder {

// Prepares `model_bytes` bytes at `tflite` (any alignment a .tflite is stored at: a multiple of
// 16, as linkers and malloc give; both must stay as long as the Model is used) in `arena`.
// On success `model` is ready; on error `model` is unchanged and the error says what is wrong with
// the file or how much arena is missing. Safe on any bytes: nothing outside the file is read.
Error load_tflite(const void* tflite, size_t model_bytes, const KernelSet& kernels, void* arena,
                  size_t arena_bytes, Model& model);

}  // namespace solder
