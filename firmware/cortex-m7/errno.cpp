// Where libm's functions note range errors; newlib's own comes with a kilobyte of stdio's state.
extern "C" int* __errno() {
  static int value;
  return &value;
}
