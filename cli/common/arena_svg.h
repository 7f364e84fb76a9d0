// The arena over time as a picture: one rectangle per buffer, time to the right, offset upwards.
#pragma once

#include <string>

#include "compiler/planning/executable.h"

namespace solder::cli {

// A standalone SVG.
std::string arena_svg(const compiler::Executable& executable, const std::string& title);

}  // namespace solder::cli
