// The app of the project's own images: people at the console, programs at the other port.
#include "firmware/app/app.h"
#include "firmware/app/door.h"
#include "firmware/hal/board.h"

namespace firmware {

constinit App app;

void load_model() { app.model_error = open_model(app.model); }

}  // namespace firmware

int main() {
  using namespace firmware;
  init_board();
  greet();
  load_model();
  for (;;) {
    const bool has_worked = poll_console() | poll_messages();
    if (!has_worked) idle();
  }
}
