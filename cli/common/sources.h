// Where the program finds what it compiles, and where it builds.
#pragma once

#include <filesystem>
#include <string>

namespace solder::cli {

// The folder that holds firmware/, runtime/, schema/ and cmake/: the checkout that this program
// was built in, or share/solder of where it is installed. Throws std::runtime_error.
std::filesystem::path source_root();

// The folder of the web page; empty when it is not built.
std::filesystem::path page_folder();

// A firmware image of the project's own, by its name; empty when it is not built.
std::filesystem::path firmware_image(const std::string& name);

// A folder to build firmware in, kept between runs; one for every source root.
std::filesystem::path build_cache();

}  // namespace solder::cli
