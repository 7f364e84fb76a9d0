// A model on this computer, as the Python package sees it.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

namespace solder::python {

void add_model(pybind11::module_& module);

}  // namespace solder::python
