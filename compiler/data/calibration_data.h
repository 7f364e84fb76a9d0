// Inputs to calibrate with, as --calibrate names them.
#pragma once

#include <string>
#include <vector>

#include "compiler/data/png.h"
#include "compiler/quantization/calibration.h"

namespace solder::compiler {

// What may be given, for help and error messages.
inline constexpr const char* kCalibrationForms =
    "mnist:DIR, a folder of .png or .npy files, or an .npz file";

// `spec` is mnist:DIR (500 images, always the same), a folder or an .npz. PNG images are one sample
// each, see read_png(). Arrays are of real values as `graph`'s only input takes them, one sample
// each or several along a first dimension; dimensions of one element may be left out. Pixels of
// images are spread over `range`. Throws std::runtime_error that says what is missing, damaged or
// of another shape, and where.
std::vector<Sample> load_calibration(const std::string& spec, const Graph& graph, PixelRange range);

}  // namespace solder::compiler
