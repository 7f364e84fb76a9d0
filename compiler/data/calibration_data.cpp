#include "compiler/data/calibration_data.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <stdexcept>

#include "compiler/data/dataset.h"
#include "compiler/data/files.h"
#include "compiler/data/npy.h"
#include "compiler/importers/keras/zip.h"

namespace solder::compiler {
namespace {

namespace fs = std::filesystem;

constexpr size_t kImages = 500;

std::vector<Sample> load_images(const std::string& spec, const Tensor& input, PixelRange range) {
  Dataset dataset = load_calibration_images(spec, kImages);
  if (input.shape.elements() != static_cast<int64_t>(dataset.rows * dataset.columns))
    throw std::runtime_error(fmt::format("{}: images are {}x{}, but input \"{}\" is {}", spec,
                                         dataset.rows, dataset.columns, input.name,
                                         to_string(input.shape)));
  std::vector<Sample> samples;
  for (auto& image : dataset.images) {
    for (float& pixel : image) pixel = range.black + (range.white - range.black) * pixel;
    samples.push_back({std::move(image)});
  }
  return samples;
}

std::vector<int64_t> without_ones(std::vector<int64_t> dims) {
  std::erase(dims, 1);
  return dims;
}

void add_samples(const NpyArray& array, const Tensor& input, std::vector<Sample>& samples) {
  const std::vector<int64_t> wanted =
      without_ones({input.shape.dims, input.shape.dims + input.shape.rank});
  const std::vector<int64_t> given = without_ones(array.dims);
  const bool is_one = given == wanted;
  const bool are_several = given.size() == wanted.size() + 1 &&
                           std::equal(given.begin() + 1, given.end(), wanted.begin());
  if (!is_one && !are_several)
    throw std::runtime_error(fmt::format(
        "has shape ({}), but input \"{}\" is ({}), or several of them along a first dimension",
        fmt::join(array.dims, ", "), input.name,
        fmt::join(input.shape.dims, input.shape.dims + input.shape.rank, ", ")));
  const auto elements = static_cast<ptrdiff_t>(input.shape.elements());
  for (auto at = array.values.begin(); at != array.values.end(); at += elements)
    samples.push_back({std::vector<float>(at, at + elements)});
}

bool is_sample(const fs::path& path) {
  return path.extension() == ".npy" || path.extension() == ".png";
}

// Of every .npy or .png in a folder or an .npz, by name, so that the order is always the same.
std::map<std::string, std::vector<uint8_t>> read_files(const fs::path& path) {
  std::map<std::string, std::vector<uint8_t>> files;
  if (fs::is_directory(path)) {
    for (const auto& entry : fs::directory_iterator(path))
      if (is_sample(entry.path())) files[entry.path().string()] = read_file(entry);
    return files;
  }
  const std::vector<uint8_t> bytes = read_file(path);
  try {
    const keras::ZipArchive archive(bytes);
    for (const std::string& name : archive.names())
      if (is_sample(name))
        files[fmt::format("{}: {}", path.string(), name)] = archive.read(name).value();
  } catch (const ModelError& error) {
    throw std::runtime_error(fmt::format("{}: {}", path.string(), error.what()));
  }
  return files;
}

}  // namespace

std::vector<Sample> load_calibration(const std::string& spec, const Graph& graph,
                                     PixelRange range) {
  if (graph.inputs.size() != 1)
    throw std::runtime_error(
        fmt::format("the model has {} inputs; calibration serves models with "
                    "one",
                    graph.inputs.size()));
  const Tensor& input = graph.tensors[static_cast<size_t>(graph.inputs[0])];
  if (spec.starts_with("mnist:")) return load_images(spec, input, range);
  if (!fs::exists(spec))
    throw std::runtime_error(fmt::format("{}: does not exist; give {}", spec, kCalibrationForms));
  std::vector<Sample> samples;
  for (const auto& [name, bytes] : read_files(spec)) {
    try {
      if (name.ends_with(".png"))
        samples.push_back({read_png(bytes, input.shape, range)});
      else
        add_samples(read_npy(bytes), input, samples);
    } catch (const std::runtime_error& error) {
      throw std::runtime_error(fmt::format("{}: {}", name, error.what()));
    }
  }
  if (samples.empty()) throw std::runtime_error(fmt::format("{}: has no .npy or .png files", spec));
  return samples;
}

}  // namespace solder::compiler
