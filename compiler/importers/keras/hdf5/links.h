// The names in a group of an HDF5 file.
#pragma once

#include <optional>

#include "compiler/importers/keras/hdf5/object_header.h"

namespace solder::compiler::keras {

// Address of the object named `name` in the group that `messages` describe; empty when there is
// none of that name, or when they describe no group. Throws ModelError.
std::optional<uint64_t> find_link(Bytes file, const std::vector<Message>& messages,
                                  std::string_view name);

}  // namespace solder::compiler::keras
