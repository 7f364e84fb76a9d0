// NEG, the smallest complete operator, made to be copied: everything an operator needs is in this
// folder, and every other place that must know of it is listed here.
//
//   skeleton.h         layouts and parameters           (this file)
//   reference.cpp      the readable truth, one function per type
//   generic.cpp        portable and fast; none here: NEG gains nothing
//   prepare.cpp        checks an operator, fills the parameters, emits the step
//   skeleton_test.cpp  a grid of shapes and the edges of the type
//
// Then, in this order (the compiler names what is forgotten):
//   runtime/kernels/operator.h          a line in the operator list; its options if it has any
//   runtime/kernels/kernel_list.h       its kernels with their operands
//   runtime/CMakeLists.txt              its folder in `families`
//   runtime/interpreter/options.cpp     its options in the .tflite format, if it has any
//   compiler/exporters/tflite/          the same, written
//   compiler/importers/onnx/            the ONNX operator it serves
#pragma once

#include <cstdint>

namespace solder {

// One struct per kernel or type, plain data, filled by prepare.cpp. Say units and ranges.
struct NegF32Params {
  int32_t elements;  // of input and output, which may be the same memory

  // Names every field, so that the compiler can print the struct as C++.
  template <class Visitor>
  void visit(Visitor&& v) const {
    v("elements", elements);
  }
};

}  // namespace solder
