// solder._native: what the Python package is made of. Arrays that come here are in C order, and of
// the tensor's own type and size; the package sees to that.
#include <pybind11/pybind11.h>

#include <stdexcept>

#include "bindings/python/native/arrays.h"
#include "bindings/python/native/board.h"
#include "bindings/python/native/model.h"

namespace py = pybind11;

PYBIND11_MODULE(_native, module) {
  static const py::handle error = PyErr_NewExceptionWithDoc(
      "solder.Error", "What is wrong, where, and what to do, in one line.", nullptr, nullptr);
  module.attr("Error") = error;
  // Whatever is wrong with a model, a file, a port or a board.
  py::register_exception_translator([](std::exception_ptr pointer) {
    try {
      std::rethrow_exception(pointer);
    } catch (const py::builtin_exception&) {
      throw;  // Python's own
    } catch (const std::runtime_error& what) {
      PyErr_SetString(error.ptr(), what.what());
    }
  });
  module.attr("VERSION") = SOLDER_VERSION;
  module.def("quantize", &solder::python::quantize);
  module.def("dequantize", &solder::python::dequantize);
  solder::python::add_model(module);
  solder::python::add_board(module);
}
