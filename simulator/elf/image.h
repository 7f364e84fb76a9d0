// A firmware image: what to load where, and the names of its functions.
#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace simulator {

/// The file cannot be used. what() is one line that says which file, why, and what to do.
class ImageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct Segment {
  std::uint32_t load_address;  ///< physical: where the contents lie in flash
  std::uint32_t run_address;   ///< virtual: where the program sees them
  std::uint32_t memory_size;   ///< bytes at the run address, zero-initialised ones included
  std::vector<std::uint8_t> contents;
};

/// A function and an offset into it.
struct Location {
  std::string_view function;  ///< demangled
  std::uint32_t offset;       ///< bytes
};

class Image {
 public:
  /// Reads a 32-bit little-endian Arm ELF executable. Throws ImageError.
  static Image load(const std::string& path);

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] const std::vector<Segment>& segments() const { return segments_; }
  /// The function around `address`, if the image knows one.
  [[nodiscard]] std::optional<Location> locate(std::uint32_t address) const;
  /// "function+0x12", or nothing when unknown.
  [[nodiscard]] std::string describe(std::uint32_t address) const;
  /// "object+0x12" of the variable around `address`, or nothing when unknown.
  [[nodiscard]] std::string describe_object(std::uint32_t address) const;
  /// Address of a function or object by its (linker) name.
  [[nodiscard]] std::optional<std::uint32_t> symbol(std::string_view name) const;

 private:
  struct Symbol {
    std::uint32_t address;
    std::uint32_t size;  ///< bytes, 0 for a label in assembly
    std::uint32_t end;   ///< of its section
    bool function;
    std::string name;
    std::string demangled;
  };
  void load_segments(void* elf);
  void load_symbols(void* elf);

  std::string path_;
  std::vector<Segment> segments_;
  std::vector<Symbol> symbols_;  // sorted by address
};

}  // namespace simulator
