// Reads HDF5 files that lie in memory: as much of the format as h5py writes for Keras, which is
// groups, attributes of text and plain arrays of floats.
//
// Written anew because a model file is not to be trusted: the HDF5 library writes outside of its
// buffers, or never comes back, on damaged files.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/importers/keras/hdf5/object_header.h"
#include "compiler/ir/graph.h"

namespace solder::compiler::keras {

struct FloatArray {
  Shape shape = {};
  std::vector<float> values = {};  // row-major
};

// A group or a dataset. Everything here throws ModelError for files that are damaged or use other
// parts of the format.
class Hdf5Object {
 public:
  // The root group of the file. `file` must outlive every object in it.
  static Hdf5Object root(Bytes file);

  // The object at "name/name/..." below this group; empty when there is none.
  std::optional<Hdf5Object> find(std::string_view path) const;

  // The texts of an attribute, one or more; empty when there is none of that name.
  std::optional<std::vector<std::string>> texts(std::string_view attribute) const;

  // What a dataset of 16, 32 or 64-bit floats holds, or of counts in 32 or 64 bits. Errors name it
  // by its path.
  FloatArray floats() const;

 private:
  Hdf5Object(Bytes file, uint64_t address, std::string path)
      : file_(file), path_(std::move(path)), messages_(read_object_header(file, address)) {}

  Bytes file_;
  std::string path_;
  std::vector<Message> messages_;
};

}  // namespace solder::compiler::keras
