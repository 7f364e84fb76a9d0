// What the parts of the app share.
#pragma once

#include "firmware/app/step_timer.h"
#include "runtime/base/error.h"
#include "runtime/plan/model.h"

namespace firmware {

struct App {
  solder::Model model;  // usable unless model_error says why not
  solder::Error model_error;
  StepTimer timer;  // of the last inference
};
extern App app;

// The model of the door that the image was built with.
void load_model();

// Says on the console who this is.
void greet();

// Each does what has arrived at its port. False when nothing has.
bool poll_console();
bool poll_messages();

}  // namespace firmware
