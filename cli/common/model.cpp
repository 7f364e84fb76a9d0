#include "cli/common/model.h"

#include <fmt/format.h>

#include <cstring>
#include <stdexcept>

#include "compiler/data/files.h"
#include "compiler/data/values.h"

namespace solder::cli {

void add_model_argument(CLI::App& command, std::filesystem::path& path) {
  command.add_option("MODEL", path, "A .tflite, .onnx, .h5 or .keras file")->required();
}

std::vector<uint8_t> read_raw_tensor(const std::filesystem::path& path, const TensorInfo& info) {
  std::vector<uint8_t> bytes = compiler::read_file(path);
  if (bytes.size() == info.bytes) return bytes;
  throw std::runtime_error(fmt::format(
      "{}: has {} bytes, but input \"{}\" is {}: give a raw little-endian file of {} bytes",
      path.string(), bytes.size(), info.name, compiler::describe(info), info.bytes));
}

void fill_input(const Model& model, const std::filesystem::path& raw) {
  if (model.input_count() != 1)
    throw std::runtime_error(fmt::format("the model has {} inputs; --input serves models with one",
                                         model.input_count()));
  const auto bytes = read_raw_tensor(raw, model.input_info(0));
  std::memcpy(model.input(0), bytes.data(), bytes.size());
}

}  // namespace solder::cli
