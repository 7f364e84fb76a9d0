// What the compiler weighs most where speed, RAM and flash pull apart.
#pragma once

namespace solder::compiler {

enum class Prefer { kBalanced, kSpeed, kRam, kFlash };

}  // namespace solder::compiler
