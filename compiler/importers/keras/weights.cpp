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

// Whether the weight "model/layer/kernel:0" belongs to "layer".
bool belongs_to(std::string_view weight, std::string_view layer) {
  const size_t end = weight.rfind('/');
  if (end == std::string_view::npos) return false;
  const std::string_view owner = weight.substr(0, end);
  return owner == layer ||
         (owner.ends_with(layer) && owner[owner.size() - layer.size() - 1] == '/');
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
      const auto variables = group ? group->find("vars") : std::nullopt;
      if (!variables) continue;
      while (weights.size() < kMostWeights) {
        const auto dataset = variables->find(fmt::format("{}", weights.size()));
        if (!dataset) break;
        weights.push_back(dataset->floats());
      }
      return weights;
    }
  }
  return weights;
}

}  // namespace solder::compiler::keras
