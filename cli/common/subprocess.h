// Other programs, run and watched.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace solder::cli {

struct Finished {
  int exit_code = 0;   // 127 when the program does not exist
  std::string output;  // standard output and error together
};

// Runs `command` (found on the PATH) without a shell and waits for it.
Finished run_program(const std::vector<std::string>& command);

}  // namespace solder::cli
