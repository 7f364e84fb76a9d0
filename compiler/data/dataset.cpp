#include "compiler/data/dataset.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <memory>
#include <numeric>
#include <random>
#include <stdexcept>

namespace solder::compiler {
namespace {

namespace fs = std::filesystem;

// idx: big-endian; two zero bytes, type 8 (unsigned byte), rank, then rank sizes, then the data.
struct Idx {
  std::vector<size_t> sizes;
  std::vector<uint8_t> data;
};

std::vector<uint8_t> read_maybe_compressed(const fs::path& path) {
  const std::unique_ptr<gzFile_s, decltype(&gzclose)> file(gzopen(path.c_str(), "rb"), &gzclose);
  if (file == nullptr) throw std::runtime_error(fmt::format("{}: cannot be opened", path.string()));
  std::vector<uint8_t> bytes;
  std::array<uint8_t, 1 << 16> chunk;
  int got = 0;
  while ((got = gzread(file.get(), chunk.data(), chunk.size())) > 0)
    bytes.insert(bytes.end(), chunk.begin(), chunk.begin() + got);
  if (got < 0)
    throw std::runtime_error(fmt::format("{}: damaged or cut off; fetch it again", path.string()));
  return bytes;
}

Idx read_idx(const fs::path& path, size_t rank) {
  const std::vector<uint8_t> bytes = read_maybe_compressed(path);
  const size_t header = 4 + 4 * rank;
  if (bytes.size() < header || bytes[0] != 0 || bytes[1] != 0 || bytes[2] != 8 || bytes[3] != rank)
    throw std::runtime_error(fmt::format("{}: is no idx file of unsigned bytes with {} dimensions",
                                         path.string(), rank));
  Idx idx;
  size_t total = 1;
  for (size_t i = 0; i < rank; ++i) {
    const uint8_t* at = &bytes[4 + 4 * i];
    idx.sizes.push_back(size_t{at[0]} << 24 | size_t{at[1]} << 16 | size_t{at[2]} << 8 | at[3]);
    total = idx.sizes.back() > bytes.size() ? SIZE_MAX / 4 : total * idx.sizes.back();
    if (total > bytes.size()) break;
  }
  if (total != bytes.size() - header)
    throw std::runtime_error(fmt::format("{}: holds {} bytes of data, not what its sizes say",
                                         path.string(), bytes.size() - header));
  idx.data.assign(bytes.begin() + static_cast<ptrdiff_t>(header), bytes.end());
  return idx;
}

fs::path find_file(const fs::path& folder, const std::string& name) {
  for (const char* suffix : {"", ".gz"}) {
    const fs::path path = folder / (name + suffix);
    if (fs::exists(path)) return path;
  }
  throw std::runtime_error(
      fmt::format("{}: has no {} (or .gz); MNIST's four idx files are offered at "
                  "https://storage.googleapis.com/cvdf-datasets/mnist/",
                  folder.string(), name));
}

fs::path folder_of(const std::string& spec) {
  constexpr std::string_view kPrefix = "mnist:";
  if (!spec.starts_with(kPrefix))
    throw std::runtime_error(fmt::format("\"{}\" is no data set; give mnist:DIR", spec));
  return spec.substr(kPrefix.size());
}

std::vector<float> image_at(const Idx& images, size_t index) {
  const size_t pixels = images.sizes[1] * images.sizes[2];
  std::vector<float> image(pixels);
  std::ranges::transform(images.data.begin() + static_cast<ptrdiff_t>(index * pixels),
                         images.data.begin() + static_cast<ptrdiff_t>((index + 1) * pixels),
                         image.begin(), [](uint8_t v) { return static_cast<float>(v) / 255.0F; });
  return image;
}

}  // namespace

Dataset load_dataset(const std::string& spec, size_t limit) {
  const fs::path folder = folder_of(spec);
  const Idx images = read_idx(find_file(folder, "t10k-images-idx3-ubyte"), 3);
  const Idx labels = read_idx(find_file(folder, "t10k-labels-idx1-ubyte"), 1);
  if (images.sizes[0] != labels.sizes[0])
    throw std::runtime_error(fmt::format("{}: has {} images but {} labels", folder.string(),
                                         images.sizes[0], labels.sizes[0]));
  Dataset dataset{.rows = images.sizes[1], .columns = images.sizes[2], .images = {}, .labels = {}};
  const size_t count = limit == 0 ? images.sizes[0] : std::min(limit, images.sizes[0]);
  for (size_t i = 0; i < count; ++i) {
    dataset.images.push_back(image_at(images, i));
    dataset.labels.push_back(labels.data[i]);
  }
  return dataset;
}

Dataset load_calibration_images(const std::string& spec, size_t count) {
  const fs::path folder = folder_of(spec);
  const char* const training = "train-images-idx3-ubyte";
  const bool has_training =
      fs::exists(folder / training) || fs::exists(folder / fmt::format("{}.gz", training));
  const Idx images =
      read_idx(find_file(folder, has_training ? training : "t10k-images-idx3-ubyte"), 3);
  Dataset dataset{.rows = images.sizes[1], .columns = images.sizes[2], .images = {}, .labels = {}};
  std::vector<size_t> indices(images.sizes[0]);
  std::iota(indices.begin(), indices.end(), size_t{0});
  std::mt19937 random(1);
  for (size_t i = 0; i < std::min(count, indices.size()); ++i) {
    std::swap(indices[i], indices[i + random() % (indices.size() - i)]);
    dataset.images.push_back(image_at(images, indices[i]));
  }
  return dataset;
}

}  // namespace solder::compiler
