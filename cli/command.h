// How a subcommand joins the program: add_NAME_command() declares its options and what runs when
// it is chosen. Errors are exceptions: their what() is printed as one line and the exit code is 1.
#pragma once

#include <CLI/CLI.hpp>

namespace solder::cli {

void add_bench_command(CLI::App& program);
void add_compile_command(CLI::App& program);
void add_convert_command(CLI::App& program);
void add_diff_command(CLI::App& program);
void add_eval_command(CLI::App& program);
void add_inspect_command(CLI::App& program);
void add_monitor_command(CLI::App& program);
void add_run_command(CLI::App& program);
void add_sensitivity_command(CLI::App& program);
void add_serve_command(CLI::App& program);
void add_talk_command(CLI::App& program);

}  // namespace solder::cli
