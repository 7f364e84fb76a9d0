#include "compiler/importers/keras/weights.h"

namespace solder::compiler::keras {
namespace {

constexpr size_t kMostWeights = 16;  // of one layer

Hdf5Object find_layers(const Hdf5Object& root) {
  if (const auto layers = root.find("model_weights")) return *layers;
  throw ModelError("the file has no group model_weights; save the whole model with model.save()");
}

// Keras splits what does not fit into one attribute: weight_names0, weight_names1, ...
std::vector<std::string> read_names(const Hdf5Object& group) {
  if (auto names = group.texts("weight_names")) return std::move(*names);
  std::vector<std::string> all;
  for (int i = 0;; ++i) {
    const auto names = group.texts(fmt::format("weight_names{}", i));
    if (!names) return all;
    all.insert(all.end(), names->begin(), names->end());
  }
}

// Whether the weight "model/layer/kernel:0" or "model/layer/cell/kernel:0" belongs to "layer".
bool belongs_to(std::string_view weight, std::string_view layer) {
  const std::string path = fmt::format("/{}", weight);
  return path.find(fmt::format("/{}/", layer)) != std::string::npos;
}

// Appends the variables of a .keras file's group: first those of the layer itself, then those of
// what is within it, in the order in which Keras makes them.
void append_variables(const Hdf5Object& group, std::vector<FloatArray>& weights, int depth = 0) {
  constexpr int kDeepest = 4;
  if (const auto variables = group.find("vars")) {
    for (int i = 0; weights.size() < kMostWeights; ++i) {
      const auto dataset = variables->find(fmt::format("{}", i));
      if (!dataset) break;
      weights.push_back(dataset->floats());
    }
  }
  if (depth == kDeepest) return;
  for (const char* part : {"cell", "layer", "forward_layer", "backward_layer"})
    if (const auto within = group.find(part)) append_variables(*within, weights, depth + 1);
}

// Path of a layer's group, as the releases of Keras write it.
std::string group_path(const LayerPath& path, char separator, bool is_first_release) {
  std::string result;
  for (const KerasLayer* layer : path) {
    if (!result.empty()) result += separator;
    result += is_first_release ? "_layer_checkpoint_dependencies" : "layers";
    // The first releases count a layer twice.
    const int number = is_first_release ? 2 * layer->class_index : layer->class_index;
    result += separator + layer->class_key;
    if (number > 0) result += fmt::format("_{}", number);
  }
  return result;
}

}  // namespace

H5WeightFile::H5WeightFile(const Hdf5Object& root) : layers_(find_layers(root)) {}

std::vector<FloatArray> H5WeightFile::read(const LayerPath& path) const {
  std::vector<FloatArray> weights;
  const auto group = layers_.find(path.front()->name);
  if (!group) return weights;
  for (const std::string& name : read_names(*group)) {
    // A group has the weights of all layers within.
    if (path.size() > 1 && !belongs_to(name, path.back()->name)) continue;
    const auto dataset = group->find(name);
    if (!dataset || weights.size() == kMostWeights)
      throw ModelError(fmt::format("the weights of layer \"{}\" are damaged: {}", path.back()->name,
                                   dataset ? "too many" : name + " is missing"));
    weights.push_back(dataset->floats());
  }
  return weights;
}

std::vector<FloatArray> KerasWeightFile::read(const LayerPath& path) const {
  std::vector<FloatArray> weights;
  for (const bool is_first_release : {false, true}) {
    for (const char separator : {'/', '\\'}) {  // the latter from Windows
      const auto group = root_.find(group_path(path, separator, is_first_release));
      if (!group) continue;
      append_variables(*group, weights);
      return weights;
    }
  }
  return weights;
}

}  // namespace solder::compiler::keras
