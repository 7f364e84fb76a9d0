#include "compiler/driver/compile.h"

#include <cctype>

#include "compiler/data/files.h"

namespace solder::compiler {

std::string identifier_from(const std::filesystem::path& model) {
  std::string name = model.stem().string();
  for (char& c : name)
    c = std::isalnum(static_cast<unsigned char>(c)) != 0
            ? static_cast<char>(std::tolower(static_cast<unsigned char>(c)))
            : '_';
  return name.empty() || std::isdigit(static_cast<unsigned char>(name[0])) != 0 ? "model_" + name
                                                                                : name;
}

CppModel write_cpp(const Executable& executable, const std::string& name, const std::string& origin,
                   const Target& target, const std::filesystem::path& folder) {
  CppModel cpp = export_cpp(executable, name, origin);
  check_fits(target, cpp.constants_bytes, cpp.arena_bytes);
  update_file(folder / (name + ".h"), cpp.header);
  update_file(folder / (name + ".cpp"), cpp.source);
  return cpp;
}

}  // namespace solder::compiler
