// Runs the model once on bytes of a fixed pattern and prints in hexadecimal its output and a hash
// of all that its layers left in the arena.
#include "tests/portability/main.h"

#include "model.h"

namespace {

void print_byte(uint8_t byte) {
  const char text[] = {"0123456789abcdef"[byte >> 4], "0123456789abcdef"[byte & 15], ' ', 0};
  print(text);
}

}  // namespace

int main() {
  const solder::Model model = model::model();
  auto* input = model.input<uint8_t>(0);
  for (uint32_t i = 0; i < model.input_info(0).bytes; ++i)
    input[i] = static_cast<uint8_t>(i * 7 + i / 64);
  model.invoke();
  const auto* output = model.output<uint8_t>(0);
  for (uint32_t i = 0; i < model.output_info(0).bytes; ++i) print_byte(output[i]);
  const auto* arena = static_cast<const uint8_t*>(model.regions().arena);
  uint32_t hash = 2166136261;  // FNV-1a
  for (uint32_t i = 0; i < model.plan().arena_bytes; ++i) hash = (hash ^ arena[i]) * 16777619;
  print("hash ");
  for (int shift = 24; shift >= 0; shift -= 8) print_byte(static_cast<uint8_t>(hash >> shift));
  print("\n");
  return 0;
}
