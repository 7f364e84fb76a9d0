// Labelled images to measure accuracy on.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace solder::compiler {

struct Dataset {
  size_t rows = 0, columns = 0;
  std::vector<std::vector<float>> images;  // rows * columns values in [0, 1], row-major
  std::vector<uint8_t> labels;
};

// `spec` is "mnist:DIR": the test images and labels among the idx files in DIR, plain or .gz; at
// most `limit` of them (0: all). Throws std::runtime_error that says what is missing or damaged
// and where MNIST is to be had.
Dataset load_dataset(const std::string& spec, size_t limit);

// `count` images of the same kind of DIR to calibrate with, always the same: training images where
// DIR has them, else test images. Without labels.
Dataset load_calibration_images(const std::string& spec, size_t count);

}  // namespace solder::compiler
