#include "simulator/elf/image.h"

#include <cxxabi.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <gelf.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <tuple>

namespace simulator {
namespace {

std::string demangle(const char* name) {
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> text(
      abi::__cxa_demangle(name, nullptr, nullptr, &status), &std::free);
  return status == 0 ? text.get() : name;
}

struct ElfCloser {
  void operator()(Elf* elf) const { elf_end(elf); }
};

struct File {
  int descriptor;
  ~File() { close(descriptor); }
};

}  // namespace

Image Image::load(const std::string& path) {
  const auto fail = [&path](const std::string& why) -> ImageError {
    return ImageError(fmt::format("{}: {}", path, why));
  };
  const File file{open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (file.descriptor < 0) throw fail(std::strerror(errno));
  elf_version(EV_CURRENT);
  const std::unique_ptr<Elf, ElfCloser> elf(elf_begin(file.descriptor, ELF_C_READ, nullptr));
  GElf_Ehdr header;
  if (!elf || elf_kind(elf.get()) != ELF_K_ELF || !gelf_getehdr(elf.get(), &header)) {
    throw fail("not an ELF file; give the firmware's .elf, not its .bin or .hex");
  }
  if (header.e_machine != EM_ARM || header.e_ident[EI_CLASS] != ELFCLASS32 ||
      header.e_ident[EI_DATA] != ELFDATA2LSB) {
    throw fail("not a program for a 32-bit Arm core; build it with arm-none-eabi-gcc");
  }
  if (header.e_type != ET_EXEC) {
    throw fail("not an executable; link it first (this is an object file or a library)");
  }
  Image image;
  image.path_ = path;
  image.load_segments(elf.get());
  image.load_symbols(elf.get());
  if (image.segments_.empty()) throw fail("the ELF file has no segments to load");
  return image;
}

void Image::load_segments(void* handle) {
  Elf* elf = static_cast<Elf*>(handle);
  std::size_t file_size = 0;
  const char* file = elf_rawfile(elf, &file_size);
  std::size_t count = 0;
  elf_getphdrnum(elf, &count);
  for (std::size_t i = 0; i < count; ++i) {
    GElf_Phdr header;
    if (!gelf_getphdr(elf, static_cast<int>(i), &header)) {
      throw ImageError(path_ + ": the ELF file's program headers are damaged");
    }
    if (header.p_type != PT_LOAD || header.p_memsz == 0) continue;
    if (header.p_offset > file_size || header.p_filesz > file_size - header.p_offset) {
      throw ImageError(path_ + ": the ELF file is cut short; build or copy it again");
    }
    const char* contents = file + header.p_offset;
    segments_.push_back({static_cast<std::uint32_t>(header.p_paddr),
                         static_cast<std::uint32_t>(header.p_vaddr),
                         static_cast<std::uint32_t>(header.p_memsz),
                         std::vector<std::uint8_t>(contents, contents + header.p_filesz)});
  }
}

void Image::load_symbols(void* handle) {
  Elf* elf = static_cast<Elf*>(handle);
  for (Elf_Scn* section = nullptr; (section = elf_nextscn(elf, section));) {
    GElf_Shdr header;
    if (!gelf_getshdr(section, &header) || header.sh_type != SHT_SYMTAB || !header.sh_entsize) {
      continue;
    }
    Elf_Data* data = elf_getdata(section, nullptr);
    const auto count = static_cast<int>(header.sh_size / header.sh_entsize);
    for (int i = 0; data && i < count; ++i) {
      GElf_Sym symbol;
      if (!gelf_getsym(data, i, &symbol) || symbol.st_shndx == SHN_UNDEF) continue;
      const char* name = elf_strptr(elf, header.sh_link, symbol.st_name);
      const auto type = GELF_ST_TYPE(symbol.st_info);
      // "$t" and "$d" mark code and data within sections.
      if (!name || !*name || *name == '$' || type == STT_SECTION || type == STT_FILE) continue;
      // A label in assembly code has no type; it names code when its section holds code.
      GElf_Shdr home{};
      Elf_Scn* home_section = elf_getscn(elf, symbol.st_shndx);
      const bool in_code =
          home_section && gelf_getshdr(home_section, &home) && (home.sh_flags & SHF_EXECINSTR);
      const bool function = type == STT_FUNC || (type == STT_NOTYPE && in_code);
      const auto value = static_cast<std::uint32_t>(symbol.st_value);
      symbols_.push_back({function ? value & ~1u : value,
                          static_cast<std::uint32_t>(symbol.st_size),
                          static_cast<std::uint32_t>(home.sh_addr + home.sh_size), function, name,
                          demangle(name)});
    }
  }
  // Of several names for one address the sized one comes last, and wins in locate().
  std::ranges::sort(symbols_, [](const Symbol& a, const Symbol& b) {
    return std::tie(a.address, a.size, b.name) < std::tie(b.address, b.size, a.name);
  });
}

std::optional<Location> Image::locate(std::uint32_t address) const {
  auto after = std::ranges::upper_bound(symbols_, address, {}, &Symbol::address);
  while (after != symbols_.begin()) {
    const Symbol& symbol = *--after;
    if (!symbol.function) continue;
    const std::uint32_t offset = address - symbol.address;
    if (symbol.size != 0 ? offset >= symbol.size : address >= symbol.end) return std::nullopt;
    return Location{symbol.demangled, offset};
  }
  return std::nullopt;
}

std::string Image::describe(std::uint32_t address) const {
  const auto location = locate(address);
  if (!location) return {};
  return fmt::format("{}+0x{:X}", location->function, location->offset);
}

std::string Image::describe_object(std::uint32_t address) const {
  const auto found = std::ranges::find_if(symbols_, [&](const Symbol& symbol) {
    return !symbol.function && address - symbol.address < symbol.size;
  });
  if (found == symbols_.end()) return {};
  return fmt::format("{}+0x{:X}", found->demangled, address - found->address);
}

std::optional<std::uint32_t> Image::symbol(std::string_view name) const {
  const auto found = std::ranges::find(symbols_, name, &Symbol::name);
  if (found == symbols_.end()) return std::nullopt;
  return found->address;
}

}  // namespace simulator
