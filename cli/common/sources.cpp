#include "cli/common/sources.h"

#include <fmt/format.h>

#include <cstdlib>
#include <functional>
#include <stdexcept>

namespace solder::cli {
namespace {

namespace fs = std::filesystem;

fs::path program() { return fs::read_symlink("/proc/self/exe"); }

// What was built beside this program, or installed with it: the first that exists, else empty.
fs::path built(const fs::path& what) {
  const fs::path folder = program().parent_path();
  for (const fs::path& candidate : {folder, folder / "..", folder / "../share/solder"})
    if (fs::exists(candidate / what)) return fs::canonical(candidate / what);
  return {};
}

}  // namespace

fs::path source_root() {
  const fs::path folder = program().parent_path();
  for (const fs::path& candidate : {folder / "..", folder / "../..", folder / "../share/solder"})
    if (fs::exists(candidate / "firmware" / "CMakeLists.txt")) return fs::canonical(candidate);
  throw std::runtime_error(fmt::format(
      "{}: the firmware sources are not beside this program: run it from its build folder or where "
      "`cmake --install` put it",
      program().string()));
}

// Its sources have no module.
fs::path page_folder() { return built("web/solder.wasm.gz").parent_path(); }

fs::path firmware_image(const std::string& name) {
  return built(fs::path("firmware/stm32f746g-disco") / (name + ".elf"));
}

fs::path build_cache() {
  fs::path root;
  if (const char* xdg = std::getenv("XDG_CACHE_HOME"); xdg != nullptr && *xdg != '\0')
    root = xdg;
  else if (const char* home = std::getenv("HOME"); home != nullptr && *home != '\0')
    root = fs::path(home) / ".cache";
  else
    root = fs::temp_directory_path();
  return root / "solder" / fmt::format("{:016x}", std::hash<std::string>{}(source_root().string()));
}

}  // namespace solder::cli
