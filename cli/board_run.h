// `solder board run`: the virtual board with any firmware image.
#pragma once

#include <CLI/CLI.hpp>

namespace solder::cli {

void add_board_command(CLI::App& program);

}  // namespace solder::cli
