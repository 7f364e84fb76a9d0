#include SOLDER_MODEL_HEADER

#include "firmware/app/door.h"

namespace firmware {

const char* const kDoorName = "compiled";

solder::Error open_model(solder::Model& model) {
  model = SOLDER_MODEL_NAMESPACE::model();
  return {};
}

}  // namespace firmware
