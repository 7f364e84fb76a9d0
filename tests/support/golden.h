// The golden runs: inputs, outputs and every operator's output of TensorFlow Lite Micro's reference
// kernels, in the optional folder of test data.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace solder::tests {

struct GoldenLayer {
  int op = 0;
  std::string type;    // "INT8", "FLOAT32"
  uint32_t crc32 = 0;  // of the raw tensor
  double min = 0, max = 0;
  std::vector<double> first;  // up to eight values
};

struct GoldenRun {
  std::string name;  // "mnist_int8/digit"
  std::filesystem::path model;
  std::vector<uint8_t> input, output;
  std::vector<GoldenLayer> layers;
};

// Empty when the folder is missing.
std::vector<GoldenRun> golden_runs();

std::filesystem::path shared_dir();
std::vector<uint8_t> read_bytes(const std::filesystem::path& path);

}  // namespace solder::tests
