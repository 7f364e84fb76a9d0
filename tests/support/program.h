// The built `solder` program as a user runs it.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/common/subprocess.h"

namespace solder::tests {

// Standard output and error together.
cli::Finished solder(std::vector<std::string> arguments);
// Output of a command that must succeed, as JSON. Throws std::runtime_error otherwise.
nlohmann::json solder_json(std::vector<std::string> arguments);

// The checkout that is being tested.
std::filesystem::path repository();
// A folder for a test's own files, empty at first; no other process has it.
std::filesystem::path fresh_folder(const std::string& name);

}  // namespace solder::tests
