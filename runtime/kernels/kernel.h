// How a plan calls a kernel. Kernels are plain typed functions
//   void conv_2d_s8(const Conv2DS8Params&, const int8_t* input, ..., int8_t* output);
// that return nothing, keep no state and call nothing outside runtime/. `call<&kernel>` is the
// uniform function that a step of a plan points to.
#pragma once

#include <cstddef>
#include <utility>

namespace solder {

using KernelFunction = void (*)(const void* params, void* const* operands);

namespace detail {

template <auto Kernel, class Params, class... Pointers, size_t... I>
void spread(void (*)(const Params&, Pointers...), const void* params, void* const* operands,
            std::index_sequence<I...>) {
  Kernel(*static_cast<const Params*>(params), static_cast<Pointers>(operands[I])...);
}

}  // namespace detail

template <class Params, class... Pointers>
constexpr int operand_count(void (*)(const Params&, Pointers...)) {
  return sizeof...(Pointers);
}

template <auto Kernel>
void call(const void* params, void* const* operands) {
  detail::spread<Kernel>(Kernel, params, operands,
                         std::make_index_sequence<operand_count(Kernel)>{});
}

}  // namespace solder
