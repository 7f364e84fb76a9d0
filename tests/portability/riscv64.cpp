// Output on a processor with an operating system.
#include <cstdio>

#include "tests/portability/main.h"

void print(const char* text) { std::fputs(text, stdout); }
