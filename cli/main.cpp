// The `solder` program.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>

#include "cli/board_run.h"
#include "cli/command.h"

int main(int argc, char** argv) {
  CLI::App program("Solder fixes trained neural networks onto microcontrollers.", "solder");
  program.require_subcommand(1);
  program.set_version_flag("--version", SOLDER_VERSION);
  solder::cli::add_inspect_command(program);
  solder::cli::add_convert_command(program);
  solder::cli::add_sensitivity_command(program);
  solder::cli::add_run_command(program);
  solder::cli::add_eval_command(program);
  solder::cli::add_diff_command(program);
  solder::cli::add_compile_command(program);
  solder::cli::add_bench_command(program);
  solder::cli::add_board_command(program);
  solder::cli::add_talk_command(program);
  solder::cli::add_monitor_command(program);
  solder::cli::add_serve_command(program);
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return program.exit(error);
  } catch (const std::exception& error) {
    fmt::print(stderr, "solder: {}\n", error.what());
    return 1;
  }
  return 0;
}
