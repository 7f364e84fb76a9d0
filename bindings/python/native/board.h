// A board on a line, as the Python package sees it.
#pragma once

#include <pybind11/pybind11.h>

namespace solder::python {

void add_board(pybind11::module_& module);

}  // namespace solder::python
