// Keras files made by tests.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "compiler/ir/graph.h"
#include "compiler/testing/graphs.h"

namespace solder::compiler::testing {

using Json = nlohmann::json;

struct KerasWeight {
  std::string name;
  std::vector<int64_t> dims;
  Floats values = {};
  bool is_count = false;  // kept as 64-bit integers
};

// How HDF5 writes what it is given.
struct H5Style {
  bool is_newest_format = false;
  bool has_fixed_texts = false;
  int float_bits = 32;
  bool is_compressed = false;
};

class KerasFile {
 public:
  // A Sequential model; `input` is without the batch.
  explicit KerasFile(const std::vector<int64_t>& input);

  // As the file has it, for tests to change.
  Json config;
  std::string keras_version = "2.13.1";

  // Weights get the values 1, 2, 3, ... unless they are given.
  KerasFile& layer(const std::string& class_name, const Json& arguments = Json::object(),
                   const std::vector<KerasWeight>& weights = {});
  // Weights alone; `group`: where a .keras file keeps them.
  KerasFile& weights(const std::string& layer, const std::string& group,
                     const std::vector<KerasWeight>& weights);

  std::vector<uint8_t> h5(const H5Style& style = {}) const;
  std::vector<uint8_t> keras() const;
  // The model.weights.h5 within the latter.
  std::vector<uint8_t> keras_weights() const;

  // Of both files; fails the test where they differ.
  Graph import() const;
  // What the ModelError of importing the .h5 file says; fails the test when there is none.
  std::string import_error() const;

 private:
  struct Group {
    std::string layer, group;
    std::vector<KerasWeight> weights;
  };
  std::vector<Group> groups_;
};

// One layer behind an input.
KerasFile one_layer(const std::vector<int64_t>& input, const std::string& class_name,
                    const Json& arguments = Json::object(),
                    const std::vector<KerasWeight>& weights = {});

// An archive of files with a name and a content each.
std::vector<uint8_t> zip_of(const std::vector<std::pair<std::string, std::vector<uint8_t>>>& files);

}  // namespace solder::compiler::testing
