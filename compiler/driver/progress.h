// How programs hear how far long work is.
#pragma once

#include <cstddef>
#include <functional>

namespace solder::compiler {

// May throw, to give up the work.
using Progress = std::function<void(size_t done, size_t total)>;

}  // namespace solder::compiler
