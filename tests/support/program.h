// The built `solder` program as a user runs it.
#pragma once

#include <sys/types.h>

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

// The program at work, until the end of this object.
class Background {
 public:
  explicit Background(std::vector<std::string> arguments);
  ~Background();
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;

  // What follows `prefix` up to the next white space or semicolon, in what it has printed; waits
  // for it. Throws std::runtime_error when the program ends without it.
  std::string wait_for(const std::string& prefix);
  // What it has printed by now; does not wait.
  const std::string& printed();
  // Into its standard input.
  void type(const std::string& text);

 private:
  pid_t child_ = 0;
  int output_ = -1, input_ = -1;
  std::string printed_;
};

// The checkout that is being tested.
std::filesystem::path repository();
// A folder for a test's own files, empty at first; no other process has it.
std::filesystem::path fresh_folder(const std::string& name);

}  // namespace solder::tests
