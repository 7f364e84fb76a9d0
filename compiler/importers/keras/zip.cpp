#include "compiler/importers/keras/zip.h"

#include <fmt/format.h>
#include <zip.h>

#include <memory>

#include "compiler/ir/graph.h"

namespace solder::compiler::keras {
namespace {

// Weights and configuration together; twice what the weights of a network may take.
constexpr uint64_t kLargestFile = 2 * kMaxTensorBytes;

}  // namespace

ZipArchive::ZipArchive(std::span<const uint8_t> bytes) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
  archive_ = source == nullptr ? nullptr : zip_open_from_source(source, ZIP_RDONLY, &error);
  if (archive_ == nullptr) {
    const std::string why = zip_error_strerror(&error);
    zip_source_free(source);
    zip_error_fini(&error);
    throw ModelError("the zip archive is damaged or cut short: " + why);
  }
  zip_error_fini(&error);
}

ZipArchive::~ZipArchive() { zip_discard(archive_); }

std::vector<std::string> ZipArchive::names() const {
  std::vector<std::string> names;
  const zip_int64_t count = zip_get_num_entries(archive_, 0);
  for (zip_int64_t i = 0; i < count; ++i) {
    const char* name = zip_get_name(archive_, static_cast<zip_uint64_t>(i), 0);
    if (name != nullptr) names.emplace_back(name);
  }
  return names;
}

std::optional<std::vector<uint8_t>> ZipArchive::read(const std::string& name) const {
  const zip_int64_t index = zip_name_locate(archive_, name.c_str(), 0);
  if (index < 0) return std::nullopt;
  zip_stat_t stat;
  if (zip_stat_index(archive_, static_cast<zip_uint64_t>(index), 0, &stat) != 0 ||
      (stat.valid & ZIP_STAT_SIZE) == 0)
    throw ModelError(fmt::format("{} in the zip archive is damaged", name));
  if (stat.size > kLargestFile)
    throw ModelError(
        fmt::format("{} in the zip archive is larger than {} bytes", name, kLargestFile));
  const std::unique_ptr<zip_file_t, decltype(&zip_fclose)> file(
      zip_fopen_index(archive_, static_cast<zip_uint64_t>(index), 0), zip_fclose);
  std::vector<uint8_t> bytes;
  char block[1 << 16];
  zip_int64_t count = -1;
  // By blocks, for the size that the archive names may be a lie.
  while (file && (count = zip_fread(file.get(), block, sizeof(block))) > 0) {
    bytes.insert(bytes.end(), block, block + count);
    if (bytes.size() > stat.size) break;
  }
  if (count != 0 || bytes.size() != stat.size)
    throw ModelError(fmt::format("{} in the zip archive is damaged", name));
  return bytes;
}

}  // namespace solder::compiler::keras
