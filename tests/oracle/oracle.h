// TensorFlow Lite and ONNX Runtime themselves, under Node; see run.cjs.
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "compiler/ir/graph.h"

namespace solder::tests {

using Bytes = std::vector<uint8_t>;

Bytes read_bytes(const std::filesystem::path& path);
void write_bytes(const std::filesystem::path& path, const Bytes& bytes);

// TensorFlow Lite hands what it can to XNNPACK, whose int8 kernels round differently from its own.
// It does not where a tensor's size is known at run time only, as that of WHERE's output is: this
// adds a WHERE that nobody reads to a .tflite.
Bytes without_xnnpack(const Bytes& tflite);

// Values as such a tensor may have: any integer; floats from 0 to 1.
Bytes random_tensor(const compiler::Tensor& tensor, unsigned seed);

// The largest difference, in steps of an integer type, or of floats relative to what is above 1.
double largest_difference(TensorType type, const Bytes& a, const Bytes& b);

// Puts the built-in digit as .npy into `folder`, for --calibrate; returns it.
std::filesystem::path digit_for_calibration(const std::filesystem::path& folder);

// Inferences that run together, since Node takes a second to start.
class Oracle {
 public:
  explicit Oracle(std::filesystem::path folder) : folder_(std::move(folder)) {}

  // `runtime`: "tflite" or "onnx". `runs`: the inputs of each inference. Returns the job's number.
  size_t add(const std::string& runtime, const Bytes& model,
             const std::vector<std::vector<Bytes>>& runs);
  // The same of TensorFlow Lite for many inputs of a model with one, back to back; outputs() has
  // one entry, with their outputs back to back.
  size_t add_batch(const Bytes& model, const Bytes& inputs);
  // Throws std::runtime_error when Node, a model or an inference fails.
  void run();
  // The first output of each inference.
  std::vector<Bytes> outputs(size_t job) const;
  // TensorFlow Lite executed all or part of the job by XNNPACK.
  bool used_xnnpack(size_t job) const;

 private:
  std::filesystem::path folder_;
  nlohmann::json jobs_ = nlohmann::json::array(), nodes_;
};

}  // namespace solder::tests
