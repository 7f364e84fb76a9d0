// Whole files in and out.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace solder::compiler {

// Throws std::runtime_error that says which file and why.
std::vector<uint8_t> read_file(const std::filesystem::path& path);
// Replaces the file at once: a failure leaves what was there before.
void write_file(const std::filesystem::path& path, std::span<const uint8_t> bytes);
void write_file(const std::filesystem::path& path, const std::string& text);
// Writes only when the content differs, so that builds see no change where there is none.
void update_file(const std::filesystem::path& path, const std::string& text);
void update_file(const std::filesystem::path& path, std::span<const uint8_t> bytes);

}  // namespace solder::compiler
