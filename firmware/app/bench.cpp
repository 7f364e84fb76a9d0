// The app behind `solder bench`: runs the embedded input through the model, once plain and once
// with a timer around every step, prints the figures in a form for programs, and stops.
#include <cstring>

#include "firmware/app/door.h"
#include "firmware/app/embedded.h"
#include "firmware/app/stack_meter.h"
#include "firmware/app/step_timer.h"
#include "firmware/cortex-m7/core.h"
#include "firmware/hal/board.h"
#include "firmware/hal/printer.h"
#include "firmware/hal/serial.h"

namespace firmware {
namespace {

constexpr Printer out([](char character) { write(console, static_cast<uint8_t>(character)); });

StepTimer timer;

[[noreturn]] void fail(const char* message, int64_t detail) {
  out << "error " << message << " (" << detail << ")\n";
  stop(false);
}

uint32_t input_bytes(const solder::Model& model) {
  uint32_t bytes = 0;
  for (uint32_t i = 0; i < model.input_count(); ++i) bytes += model.input_info(i).bytes;
  return bytes;
}

void fill_inputs(const solder::Model& model) {
  const uint8_t* source = embedded_input;
  for (uint32_t i = 0; i < model.input_count(); ++i) {
    std::memcpy(model.input(i), source, model.input_info(i).bytes);
    source += model.input_info(i).bytes;
  }
}

void print_steps(const solder::Plan& plan) {
  for (uint32_t i = 0; i < plan.step_count; ++i) {
    const solder::Step& step = plan.steps[i];
    out << "step " << i << ' ' << solder::operator_name(step.type) << ' ' << step.operator_index
        << ' ' << timer.cycles_of(i) << '\n';
  }
}

void print_outputs(const solder::Model& model) {
  for (uint32_t i = 0; i < model.output_count(); ++i) {
    out << "output " << i << ' ';
    const auto* bytes = model.output<uint8_t>(i);
    for (uint32_t at = 0; at < model.output_info(i).bytes; ++at) out << Hex{bytes[at], 2};
    out << '\n';
  }
}

void run() {
  solder::Model model;
  if (const solder::Error error = open_model(model)) fail(error.message, error.detail);
  const size_t given = size_of_embedded(embedded_input, embedded_input_end);
  if (given != input_bytes(model)) fail("the input's bytes are not what the model wants", given);
  if (model.plan().step_count > StepTimer::kMaxSteps)
    fail("more steps than can be timed", model.plan().step_count);

  fill_inputs(model);
  uint32_t total = 0;
  disable_interrupts();
  const uint32_t stack = stack_used_by([&] {
    const uint32_t start = cycles();
    model.invoke();
    total = cycles() - start;
  });
  fill_inputs(model);
  timer.invoke(model);
  enable_interrupts();

  out << "solder-bench 1\nclock " << core_clock_hz() << '\n';
  print_steps(model.plan());
  out << "total " << total << "\nstack " << stack << "\narena " << model.plan().arena_bytes << '\n';
  print_outputs(model);
  out << "done\n";
}

}  // namespace
}  // namespace firmware

int main() {
  firmware::init_board();
  firmware::run();
  firmware::stop(true);
}
