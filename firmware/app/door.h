// The model of this image, through the door that it was built with.
#pragma once

#include "runtime/base/error.h"
#include "runtime/plan/model.h"

namespace firmware {

extern const char* const kDoorName;

solder::Error open_model(solder::Model& model);

}  // namespace firmware
