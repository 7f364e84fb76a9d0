// The smallest program around a compiled model. It is linked to be weighed, never run: all its code
// is what an inference costs in flash.
#include SOLDER_MODEL_HEADER

int main() {
  SOLDER_MODEL_NAMESPACE::model().invoke();
  while (true) {
  }
}
