#include "tests/support/program.h"

#include <unistd.h>

#include <stdexcept>

namespace solder::tests {

cli::Finished solder(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), SOLDER_PROGRAM);
  return cli::run_program(arguments);
}

nlohmann::json solder_json(std::vector<std::string> arguments) {
  arguments.emplace_back("--json");
  const cli::Finished finished = solder(std::move(arguments));
  if (finished.exit_code != 0) throw std::runtime_error(finished.output);
  return nlohmann::json::parse(finished.output);
}

std::filesystem::path repository() { return SOLDER_REPOSITORY; }

std::filesystem::path fresh_folder(const std::string& name) {
  const auto folder = std::filesystem::path(SOLDER_TEST_OUTPUT) / std::to_string(getpid()) / name;
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  return folder;
}

}  // namespace solder::tests
