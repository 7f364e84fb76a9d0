#include "tests/support/golden.h"

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

namespace solder::tests {
namespace {

namespace fs = std::filesystem;

fs::path model_path(const std::string& name) {
  for (const char* folder : {"mnist_blog", "mlperf_tiny"}) {
    fs::path path = shared_dir() / "models" / folder / (name + ".tflite");
    if (fs::exists(path)) return path;
  }
  return {};
}

std::vector<GoldenLayer> read_layers(const fs::path& path) {
  std::ifstream file(path);
  std::vector<GoldenLayer> layers;
  for (const auto& entry : nlohmann::json::parse(file)) {
    layers.push_back(
        {.op = entry["operator"],
         .type = entry["type"],
         .crc32 = static_cast<uint32_t>(std::stoul(entry["crc32"].get<std::string>(), nullptr, 16)),
         .min = entry["min"],
         .max = entry["max"],
         .first = entry["first"]});
  }
  return layers;
}

}  // namespace

fs::path shared_dir() { return SOLDER_SHARED_DIR; }

std::vector<uint8_t> read_bytes(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<GoldenRun> golden_runs() {
  std::vector<GoldenRun> runs;
  const fs::path root = shared_dir() / "models" / "golden";
  if (!fs::exists(root)) return runs;
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    const std::string file = entry.path().filename();
    constexpr std::string_view kSuffix = ".layers.json";
    if (!file.ends_with(kSuffix)) continue;
    const std::string input = file.substr(0, file.size() - kSuffix.size());
    const std::string model = entry.path().parent_path().filename();
    const fs::path folder = entry.path().parent_path();
    runs.push_back({.name = model + "/" + input,
                    .model = model_path(model),
                    .input = read_bytes(folder / (input + ".input.bin")),
                    .output = read_bytes(folder / (input + ".output.bin")),
                    .layers = read_layers(entry.path())});
  }
  std::ranges::sort(runs, {}, &GoldenRun::name);
  return runs;
}

}  // namespace solder::tests
