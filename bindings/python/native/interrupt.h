// Ctrl-C in long work that runs without Python's lock.
#pragma once

#include <pybind11/pybind11.h>

namespace solder::python {

// Throws what Python's handlers of signals that have come raise, KeyboardInterrupt above all.
inline void check_signals() {
  const pybind11::gil_scoped_acquire lock;
  if (PyErr_CheckSignals() != 0) throw pybind11::error_already_set();
}

}  // namespace solder::python
