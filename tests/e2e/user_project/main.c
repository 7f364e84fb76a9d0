/* Reads the input tensor from the first file, writes the output tensor to the second. */
#include <stdio.h>

#include "net.h"

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  FILE* input = fopen(argv[1], "rb");
  FILE* output = fopen(argv[2], "wb");
  if (!input || !output) return 2;
  if (fread(net_input_0(), sizeof(*net_input_0()), NET_INPUT_0_ELEMENTS, input) !=
      NET_INPUT_0_ELEMENTS)
    return 3;
  net_invoke();
  fwrite(net_output_0(), sizeof(*net_output_0()), NET_OUTPUT_0_ELEMENTS, output);
  fclose(input);
  return fclose(output);
}
