#include "bindings/wasm/memory.h"

extern "C" uint8_t __heap_base;  // of the linker: what follows is free

namespace solder::wasm {
namespace {

constexpr size_t kPageBytes = 65536;
constexpr size_t kAlignment = 16;

constinit size_t used_bytes = 0;  // from __heap_base on

}  // namespace

uint8_t* reserve(size_t bytes) {
  const auto base = reinterpret_cast<size_t>(&__heap_base);
  const size_t start = (base + used_bytes + kAlignment - 1) / kAlignment * kAlignment;
  if (bytes > SIZE_MAX - kPageBytes - start) return nullptr;
  const size_t end = start + bytes;
  const size_t pages = (end + kPageBytes - 1) / kPageBytes;
  const size_t have = __builtin_wasm_memory_size(0);
  if (pages > have && __builtin_wasm_memory_grow(0, pages - have) == SIZE_MAX) return nullptr;
  used_bytes = end - base;
  return reinterpret_cast<uint8_t*>(start);
}

}  // namespace solder::wasm
