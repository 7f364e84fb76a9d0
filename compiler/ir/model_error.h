// The one exception of host code: what is wrong with a model.
#pragma once

#include <stdexcept>

namespace solder::compiler {

// what() is one line without a final period: what is wrong, where (node or tensor), what to do.
class ModelError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace solder::compiler
