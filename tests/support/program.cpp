#include "tests/support/program.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
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

Background::Background(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), SOLDER_PROGRAM);
  std::vector<char*> words;
  for (std::string& argument : arguments) words.push_back(argument.data());
  words.push_back(nullptr);
  int ends[2], typed[2];
  if (pipe2(ends, O_CLOEXEC) != 0 || pipe2(typed, O_CLOEXEC) != 0)
    throw std::runtime_error("no pipe to be had");
  child_ = fork();
  if (child_ == 0) {
    dup2(ends[1], STDOUT_FILENO);
    dup2(ends[1], STDERR_FILENO);
    dup2(typed[0], STDIN_FILENO);
    execv(words[0], words.data());
    _exit(127);
  }
  close(ends[1]);
  close(typed[0]);
  output_ = ends[0];
  input_ = typed[1];
}

void Background::type(const std::string& text) {
  if (write(input_, text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    throw std::runtime_error("the program does not read what is typed");
}

Background::~Background() {
  kill(child_, SIGKILL);
  waitpid(child_, nullptr, 0);
  close(output_);
  close(input_);
}

std::string Background::wait_for(const std::string& prefix) {
  char room[256];
  for (;;) {
    const size_t start = printed_.find(prefix);
    const size_t end =
        start == std::string::npos ? start : printed_.find_first_of(" ;\n", start + prefix.size());
    if (end != std::string::npos)
      return printed_.substr(start + prefix.size(), end - start - prefix.size());
    const ssize_t size = read(output_, room, sizeof room);
    if (size <= 0) throw std::runtime_error("no \"" + prefix + "\" in: " + printed_);
    printed_.append(room, static_cast<size_t>(size));
  }
}

const std::string& Background::printed() {
  char room[256];
  pollfd output{output_, POLLIN, 0};
  while (poll(&output, 1, 0) == 1 && output.revents & POLLIN) {
    const ssize_t size = read(output_, room, sizeof room);
    if (size <= 0) break;
    printed_.append(room, static_cast<size_t>(size));
  }
  return printed_;
}

std::filesystem::path repository() { return SOLDER_REPOSITORY; }

std::filesystem::path fresh_folder(const std::string& name) {
  const auto folder = std::filesystem::path(SOLDER_TEST_OUTPUT) / std::to_string(getpid()) / name;
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  return folder;
}

}  // namespace solder::tests
