// The weights of a model's layers, as .h5 and .keras files keep them.
#pragma once

#include "compiler/importers/keras/hdf5/hdf5.h"
#include "compiler/importers/keras/keras_model.h"

namespace solder::compiler::keras {

// A layer, after the models that it is within, from the outermost on.
using LayerPath = std::vector<const KerasLayer*>;

class WeightFile {
 public:
  virtual ~WeightFile() = default;
  // In the order in which the layer made them; none when the file has none. Throws ModelError.
  virtual std::vector<FloatArray> read(const LayerPath& path) const = 0;
};

// A .h5 file: for each layer of the outermost model a group, which lists its weights.
class H5WeightFile : public WeightFile {
 public:
  // `root`: the file's root group.
  explicit H5WeightFile(const Hdf5Object& root);
  std::vector<FloatArray> read(const LayerPath& path) const override;

 private:
  Hdf5Object layers_;
};

// The model.weights.h5 of a .keras file: groups within groups, as models are within models.
class KerasWeightFile : public WeightFile {
 public:
  explicit KerasWeightFile(const Hdf5Object& root) : root_(root) {}
  std::vector<FloatArray> read(const LayerPath& path) const override;

 private:
  Hdf5Object root_;
};

}  // namespace solder::compiler::keras
