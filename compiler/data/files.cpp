#include "compiler/data/files.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <stdexcept>
#include <system_error>

namespace solder::compiler {
namespace {

namespace fs = std::filesystem;

std::span<const uint8_t> as_bytes(const std::string& text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

}  // namespace

std::vector<uint8_t> read_file(const fs::path& path) {
  std::error_code error;
  if (!fs::exists(path, error))
    throw std::runtime_error(fmt::format("{}: no such file", path.string()));
  if (fs::is_directory(path, error))
    throw std::runtime_error(fmt::format("{}: is a folder, not a file", path.string()));
  std::ifstream file(path, std::ios::binary);
  std::vector<uint8_t> bytes(std::istreambuf_iterator<char>(file), {});
  if (!file && !file.eof())
    throw std::runtime_error(
        fmt::format("{}: cannot be read: {}", path.string(), std::strerror(errno)));
  return bytes;
}

void write_file(const fs::path& path, std::span<const uint8_t> bytes) {
  std::error_code error;
  if (path.has_parent_path()) fs::create_directories(path.parent_path(), error);
  fs::path partial = path;
  partial += ".part";
  std::ofstream file(partial, std::ios::binary);
  file.write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
  file.close();
  if (file) fs::rename(partial, path, error);
  if (file && !error) return;
  const std::string reason = error ? error.message() : std::strerror(errno);
  fs::remove(partial, error);
  throw std::runtime_error(fmt::format("{}: cannot be written: {}", path.string(), reason));
}

void write_file(const fs::path& path, const std::string& text) { write_file(path, as_bytes(text)); }

void update_file(const fs::path& path, std::span<const uint8_t> bytes) {
  std::error_code error;
  if (fs::exists(path, error) && std::ranges::equal(read_file(path), bytes)) return;
  write_file(path, bytes);
}

void update_file(const fs::path& path, const std::string& text) {
  update_file(path, as_bytes(text));
}

}  // namespace solder::compiler
