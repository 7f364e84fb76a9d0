// How deep a call goes: paints the free stack, calls, and looks how far the paint is gone. Call it
// with interrupts off, whose handlers use the same stack.
#pragma once

#include <cstdint>

#include "firmware/cortex-m7/vectors.h"

namespace firmware {

// Bytes of stack below this function's own that `function` used. Not inlined, so that "below" is
// what the callee gets.
template <class Function>
[[gnu::noinline]] uint32_t stack_used_by(const Function& function) {
  constexpr uint32_t kPaint = 0xC0FFEE11;
  uint32_t* top;
  asm volatile("mov %0, sp" : "=r"(top));
  for (volatile uint32_t* word = image_stack_limit; word < top; ++word) *word = kPaint;
  function();
  const volatile uint32_t* lowest = image_stack_limit;
  while (lowest < top && *lowest == kPaint) ++lowest;
  return static_cast<uint32_t>(top - lowest) * 4;
}

}  // namespace firmware
