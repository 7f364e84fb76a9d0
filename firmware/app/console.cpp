// Commands for people, and the article's, on the console.
#include <string_view>

#include "firmware/app/app.h"
#include "firmware/app/digit.h"
#include "firmware/app/door.h"
#include "firmware/app/line_reader.h"
#include "firmware/hal/board.h"
#include "firmware/hal/printer.h"
#include "firmware/hal/serial.h"
#include "runtime/base/real_values.h"

namespace firmware {
namespace {

constexpr Printer out([](char character) {
  if (character == '\n') write(console, '\r');
  write(console, static_cast<uint8_t>(character));
});

Fixed ms(uint32_t cycle_count) { return {uint64_t{cycle_count} * 1'000'000 / core_clock_hz(), 3}; }

bool has_model() {
  const solder::Error& error = app.model_error;
  if (error) {
    out << "no model: " << error.message;
    if (error.operator_index >= 0) out << ", operator " << error.operator_index;
    if (error.detail != 0) out << " (" << error.detail << ')';
    out << '\n';
  }
  return !error;
}

void print_tensor(const char* kind, uint32_t index, const solder::TensorInfo& info) {
  out << kind << ' ' << index << ": " << info.name << ' ' << type_name(info.type) << " [";
  for (int32_t i = 0; i < info.shape.rank; ++i) out << (i > 0 ? ", " : "") << info.shape.dims[i];
  out << ']';
  if (info.scale != 0) out << " scale " << Real{info.scale, 9} << " zero point " << info.zero_point;
  out << '\n';
}

void show_model() {
  if (!has_model()) return;
  const solder::Model& model = app.model;
  for (uint32_t i = 0; i < model.input_count(); ++i) print_tensor("input", i, model.input_info(i));
  for (uint32_t i = 0; i < model.output_count(); ++i)
    print_tensor("output", i, model.output_info(i));
  out << "arena: " << model.plan().arena_bytes << " bytes\nsteps: " << model.plan().step_count
      << '\n';
}

void print_time(const char* what, uint32_t cycle_count) {
  out << Padded{what, 20} << ms(cycle_count) << " ms\n";
}

// The values from the highest index to the lowest, as the article's firmware prints them.
void print_output() {
  const solder::TensorInfo& info = app.model.output_info(0);
  const auto count = static_cast<uint32_t>(info.shape.elements());
  const auto value = [&](uint32_t index) {
    float real;
    solder::load_real({info.type, info.scale, info.zero_point},
                      app.model.output<uint8_t>(0) + index * solder::size_of(info.type),
                      {&real, 1});
    return real;
  };
  uint32_t best = 0;
  for (uint32_t i = count; i-- > 0;) {
    if (value(i) >= value(best)) best = i;
    out << "Out[" << i << "]: " << Real{value(i), 6} << '\n';
  }
  out << "recognised: " << best << '\n';
}

void infer() {
  if (!has_model()) return;
  const solder::Model& model = app.model;
  if (const char* problem = fill_with_digit(model)) {
    out << "cannot run the built-in digit: " << problem << '\n';
    return;
  }
  const uint32_t total = app.timer.invoke(model);
  for (uint32_t i = 0; i < model.plan().step_count; ++i)
    print_time(operator_name(model.plan().steps[i].type), app.timer.cycles_of(i));
  print_time("TOTAL TIME=", total);
  print_output();
}

void show_digit() { print_digit(out); }

void show_info() {
  out << "Solder " SOLDER_VERSION " on " << kBoardName << "\ncore clock: " << core_clock_hz()
      << " Hz\nmodel: " SOLDER_IMAGE_NAME ", " << kDoorName
      << "\nlost bytes: " << lost_bytes(console) << " here, " << lost_bytes(messages)
      << " at the port for messages\n";
}

void show_help();

struct Command {
  std::string_view name, article_name;
  const char* help;
  void (*run)();
};

constexpr Command kCommands[] = {
    {"model", "CMD=1", "the model's inputs and outputs", show_model},
    {"infer", "CMD=2", "recognise the built-in digit, with the time of every operator", infer},
    {"digit", "", "the built-in digit as text", show_digit},
    {"info", "", "board, clock, version", show_info},
    {"help", "", "this list", show_help},
};

void show_help() {
  for (const Command& command : kCommands) {
    out << Padded{command.name.data(), 7} << Padded{command.article_name.data(), 7} << command.help
        << '\n';
  }
}

const Command* find_command(std::string_view text) {
  if (text.empty()) return nullptr;
  for (const Command& command : kCommands) {
    if (text == command.name || text == command.article_name) return &command;
  }
  return nullptr;
}

void answer(const LineReader& line) {
  const Command* command = find_command(line.text());
  if (line.is_too_long()) {
    out << "a command has at most " << LineReader::kMaxLength << " characters; try help\n";
  } else if (command == nullptr) {
    out << "unknown command; try help\n";
  } else {
    command->run();
  }
}

constinit LineReader line(console, [](const char* text) { return find_command(text) != nullptr; });

}  // namespace

void greet() {
  out << "\nSolder " SOLDER_VERSION " on " << kBoardName << ", core clock " << core_clock_hz()
      << " Hz\n";
}

bool poll_console() {
  if (!line.poll(milliseconds())) return false;
  answer(line);
  return true;
}

}  // namespace firmware
