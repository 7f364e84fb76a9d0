// Memory of the module: it only ever grows. A model or a line that is no longer wanted goes with
// its instance of the module, which the page drops.
#pragma once

#include <cstddef>
#include <cstdint>

// Makes a function callable from the page, under its own name.
#define SOLDER_EXPORT(name) extern "C" __attribute__((export_name(#name)))

namespace solder::wasm {

// `bytes` more, all zero, aligned for every use. Null when the browser gives no more.
uint8_t* reserve(size_t bytes);

}  // namespace solder::wasm
