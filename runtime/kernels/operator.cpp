#include "runtime/kernels/operator.h"

namespace solder {

const char* operator_name(OperatorType type) {
  switch (type) {
#define X(name, code, prepare) \
  case OperatorType::name:     \
    return #name;
    SOLDER_OPERATOR_LIST(X)
#undef X
  }
  return nullptr;
}

}  // namespace solder
