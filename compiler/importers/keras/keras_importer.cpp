#include "compiler/importers/keras/keras_importer.h"

#include "compiler/importers/keras/layers.h"
#include "compiler/importers/keras/zip.h"

namespace solder::compiler {
namespace keras {
namespace {

class ModelImporter {
 public:
  ModelImporter(const WeightFile& file, int keras_version)
      : file_(file), keras_version_(keras_version) {}

  Graph import(const KerasModel& model) {
    Graph& graph = builder_.graph();
    graph.name = model.name;
    for (const size_t call : model.inputs) graph.inputs.push_back(add_input(model, call));
    graph.outputs = import_calls(model, graph.inputs, {});
    if (graph.operators.empty()) throw ModelError("the model computes nothing");
    remove_dead_code(graph);
    validate(graph);
    return std::move(graph);
  }

 private:
  int add_input(const KerasModel& model, size_t call) {
    const KerasLayer& layer = model.layers[model.calls[call].layer];
    const std::string type = text_of(find(*layer.config, "dtype")).value_or("float32");
    const bool is_integer =
        layer.class_name == "InputLayer" && (type == "int32" || type == "int64");
    if (layer.class_name == "InputLayer" && !is_integer && type.find("float") == std::string::npos)
      throw ModelError(fmt::format(
          "input \"{}\" is of type {}; floats, int32 and int64 are supported", layer.name, type));
    return builder_.graph().add_tensor(
        {.name = layer.name,
         .type = is_integer ? TensorType::INT32 : TensorType::FLOAT32,
         .shape = read_input_shape(layer)});
  }

  // Emits what `model` computes of `inputs` and returns its outputs. `path`: the models that it is
  // within.
  std::vector<int> import_calls(const KerasModel& model, const std::vector<int>& inputs,
                                const LayerPath& path) {
    std::vector<std::vector<FloatArray>> weights(model.layers.size());
    std::vector<bool> is_read(model.layers.size());
    std::vector<std::vector<int>> results(model.calls.size());
    for (size_t i = 0; i < model.inputs.size(); ++i) results[model.inputs[i]] = {inputs[i]};
    for (size_t i = 0; i < model.calls.size(); ++i) {
      if (!results[i].empty()) continue;
      const KerasCall& call = model.calls[i];
      const KerasLayer& layer = model.layers[call.layer];
      std::vector<int> arguments;
      for (const KerasTensor& input : call.inputs)
        arguments.push_back(results[input.call][input.output]);
      LayerPath layer_path = path;
      layer_path.push_back(&layer);
      if (layer.model) {
        results[i] = import_nested(layer, arguments, layer_path);
        continue;
      }
      const ImportLayer import_layer = find_layer_importer(layer);
      if (!is_read[call.layer]) weights[call.layer] = file_.read(layer_path);
      is_read[call.layer] = true;
      results[i] = {import_layer(
          {layer, weights[call.layer], std::move(arguments), builder_, keras_version_})};
      check_size();
    }
    std::vector<int> outputs;
    for (const KerasTensor& output : model.outputs)
      outputs.push_back(results[output.call][output.output]);
    return outputs;
  }

  std::vector<int> import_nested(const KerasLayer& layer, const std::vector<int>& arguments,
                                 const LayerPath& path) {
    if (arguments.size() != layer.model->inputs.size())
      throw ModelError(fmt::format("layer \"{}\" is a model of {} inputs, but gets {}", layer.name,
                                   layer.model->inputs.size(), arguments.size()));
    return import_calls(*layer.model, arguments, path);
  }

  // A small file can name the same weights many times.
  void check_size() {
    const std::vector<Tensor>& tensors = builder_.graph().tensors;
    for (; counted_ < tensors.size(); ++counted_) bytes_ += tensors[counted_].data.size();
    if (bytes_ > static_cast<uint64_t>(kMaxTensorBytes))
      throw ModelError(fmt::format("the model has weights of more than {} bytes", kMaxTensorBytes));
  }

  const WeightFile& file_;
  const int keras_version_;
  GraphBuilder builder_;
  size_t counted_ = 0;
  uint64_t bytes_ = 0;
};

// The first number of "2.13.1", which is one digit; `fallback` when there is none.
int major_version(const std::string& text, int fallback) {
  return text.empty() || text[0] < '1' || text[0] > '9' ? fallback : text[0] - '0';
}

}  // namespace
}  // namespace keras

using namespace keras;

Graph import_keras_h5(std::span<const uint8_t> bytes) {
  const Hdf5Object root = Hdf5Object::root(bytes);
  const auto text = root.texts("model_config");
  if (!text || text->size() != 1)
    throw ModelError(
        "the HDF5 file has no model_config, so it is no Keras model or has weights alone; save "
        "the whole model with model.save()");
  const Json config = parse_json(text->front(), "model_config");
  const H5WeightFile file(root);
  const auto version = root.texts("keras_version");
  const int major = major_version(version && version->size() == 1 ? version->front() : "", 2);
  return ModelImporter(file, major).import(read_keras_model(config));
}

Graph import_keras_zip(std::span<const uint8_t> bytes) {
  const ZipArchive archive(bytes);
  const auto text = archive.read("config.json");
  if (!text) throw ModelError("the zip archive has no config.json, so it is no Keras model");
  const auto weights = archive.read("model.weights.h5");
  if (!weights) throw ModelError("the zip archive has no model.weights.h5");
  const Json config =
      parse_json({reinterpret_cast<const char*>(text->data()), text->size()}, "config.json");
  const KerasWeightFile file(Hdf5Object::root(*weights));
  int major = 3;
  if (const auto metadata = archive.read("metadata.json")) {
    const Json json = parse_json(
        {reinterpret_cast<const char*>(metadata->data()), metadata->size()}, "metadata.json");
    major = major_version(text_of(find(json, "keras_version")).value_or(""), major);
  }
  return ModelImporter(file, major).import(read_keras_model(config));
}

}  // namespace solder::compiler
