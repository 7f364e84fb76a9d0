// What the attributes and datasets of an HDF5 file hold.
#pragma once

#include <string>

#include "compiler/importers/keras/hdf5/object_header.h"
#include "compiler/ir/graph.h"

namespace solder::compiler::keras {

struct Datatype {
  enum class Kind { kFloat, kInteger, kFixedText, kVariableText, kOther };
  Kind kind = Kind::kOther;
  uint64_t size = 0;             // bytes of one element
  bool is_space_padded = false;  // kFixedText
  std::string name = {};         // for messages: "64-bit integer"
};

// These three throw ModelError.
Datatype read_datatype(Bytes message);
std::vector<int64_t> read_dimensions(Bytes dataspace_message);
// `count` texts, fixed or variable, that lie at the beginning of `data`.
std::vector<std::string> read_texts(Bytes file, Bytes data, const Datatype& type, uint64_t count);

// Numbers of `type`, which is kFloat or kInteger, as float32.
std::vector<float> read_floats(Bytes data, const Datatype& type);

}  // namespace solder::compiler::keras
