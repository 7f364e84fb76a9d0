// Reads files out of a zip archive that lies in memory.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

struct zip;  // libzip's zip_t

namespace solder::compiler::keras {

class ZipArchive {
 public:
  // Throws ModelError when `bytes`, which must outlive the archive, are no archive.
  explicit ZipArchive(std::span<const uint8_t> bytes);
  ~ZipArchive();
  ZipArchive(const ZipArchive&) = delete;
  ZipArchive& operator=(const ZipArchive&) = delete;

  // Of all files in it, in the archive's order.
  std::vector<std::string> names() const;
  // Empty when there is no file of that name. Throws ModelError when it is damaged, or larger than
  // a model can be.
  std::optional<std::vector<uint8_t>> read(const std::string& name) const;

 private:
  zip* archive_;
};

}  // namespace solder::compiler::keras
