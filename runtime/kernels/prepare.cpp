#include "runtime/kernels/prepare.h"

namespace solder {

PrepareFunction prepare_function(OperatorType type) {
  switch (type) {
#define X(name, code, prepare) \
  case OperatorType::name:     \
    return prepare;
    SOLDER_OPERATOR_LIST(X)
#undef X
  }
  return nullptr;
}

}  // namespace solder
