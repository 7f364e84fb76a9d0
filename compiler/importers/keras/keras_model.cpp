#include "compiler/importers/keras/keras_model.h"

#include <fmt/format.h>

#include <array>
#include <map>
#include <queue>

#include "compiler/ir/model_error.h"

namespace solder::compiler::keras {
namespace {

constexpr int kDeepestModel = 16;  // models within models
constexpr const char* kInputLayer = "InputLayer";

bool is_model(const std::string& class_name) {
  return class_name == "Sequential" || class_name == "Functional" || class_name == "Model";
}

// As Keras makes names of classes: an underscore before every capital that begins a word.
std::string snake_case(const std::string& name) {
  const auto is_upper = [](char c) { return c >= 'A' && c <= 'Z'; };
  const auto is_lower = [](char c) { return c >= 'a' && c <= 'z'; };
  std::string result;
  for (size_t i = 0; i < name.size(); ++i) {
    const bool begins_word =
        i > 0 && is_upper(name[i]) &&
        (is_lower(name[i - 1]) || (i + 1 < name.size() && is_lower(name[i + 1])));
    if (begins_word) result += '_';
    result += is_upper(name[i]) ? static_cast<char>(name[i] - 'A' + 'a') : name[i];
  }
  return result;
}

KerasModel read_model(const Json& json, int depth);

KerasLayer read_layer(const Json& json, size_t index, int depth) {
  KerasLayer layer;
  const Json* config = find(json, "config");
  const auto class_name = text_of(find(json, "class_name"));
  if (!class_name || config == nullptr)
    throw ModelError(fmt::format("layer {} of the model has no class or no configuration", index));
  layer.class_name = *class_name;
  layer.config = config;
  if (const auto name = text_of(find(json, "name")))
    layer.name = *name;
  else
    layer.name = text_of(find(*config, "name")).value_or(fmt::format("layer {}", index));
  if (const Json* build = find(json, "build_config"))
    layer.build_shape = find(*build, "input_shape");
  if (is_model(layer.class_name))
    layer.model = std::make_shared<KerasModel>(read_model(json, depth + 1));
  return layer;
}

// A tensor as Keras names it: what call number `node` of a layer gives.
struct Reference {
  std::string layer;
  int64_t node, output;
};

Reference read_reference(const Json& list) {
  const auto layer = text_of(&list[0]);
  const auto node = integer_of(&list[1]), output = integer_of(&list[2]);
  if (!layer || !node || !output) throw ModelError("a reference to a layer's output is damaged");
  return {*layer, *node, *output};
}

bool is_reference(const Json& json) {
  return json.is_array() && json.size() >= 3 && json[0].is_string();
}

// Keras 2: [["name", 0, 0, {}], ...]; for a single one the outer brackets may be missing.
std::vector<Reference> read_references(const Json& json) {
  std::vector<Reference> references;
  if (is_reference(json)) return {read_reference(json)};
  if (json.is_array())
    for (const Json& item : json)
      if (is_reference(item)) references.push_back(read_reference(item));
  if (references.empty() || references.size() != json.size())
    throw ModelError("the model's connections are damaged, or of a kind that is not supported");
  return references;
}

// Keras 3: tensors within lists of arguments.
void find_keras_tensors(const Json& json, int depth, std::vector<Reference>& found) {
  if (json.is_array() && depth > 0)
    for (const Json& item : json) find_keras_tensors(item, depth - 1, found);
  if (text_of(find(json, "class_name")) != "__keras_tensor__") return;
  const Json* config = find(json, "config");
  const Json* history = config == nullptr ? nullptr : find(*config, "keras_history");
  if (history == nullptr || !is_reference(*history))
    throw ModelError("the model's connections are damaged");
  found.push_back(read_reference(*history));
}

std::vector<Reference> read_call(const Json& json) {
  const Json* args = find(json, "args");
  if (args == nullptr) return read_references(json);
  std::vector<Reference> found;
  find_keras_tensors(*args, 4, found);
  return found;
}

// Orders the calls of a Functional model and finds what their references mean.
class Connector {
 public:
  explicit Connector(KerasModel& model) : model_(model) {}

  // Calls must be added by layer, in the order of its nodes.
  void add_call(size_t layer, std::vector<Reference> inputs) {
    const std::string& name = model_.layers[layer].name;
    if (model_.layers[layer].model && !by_name_[name].empty())
      throw ModelError(fmt::format(
          "layer \"{}\" is a model that is called more than once, which is not supported", name));
    by_name_[name].push_back(calls_.size());
    calls_.push_back({layer, std::move(inputs)});
  }

  void connect(const std::vector<Reference>& inputs, const std::vector<Reference>& outputs) {
    std::vector<std::vector<size_t>> readers(calls_.size());
    std::vector<size_t> missing(calls_.size());
    std::priority_queue<size_t, std::vector<size_t>, std::greater<>> ready;
    for (size_t i = 0; i < calls_.size(); ++i) {
      for (const Reference& input : calls_[i].inputs) readers[find_call(input)].push_back(i);
      missing[i] = calls_[i].inputs.size();
      if (missing[i] == 0) ready.push(i);
    }
    // Whatever can be computed, in the file's order as far as that goes.
    position_.assign(calls_.size(), 0);
    while (!ready.empty()) {
      const size_t next = ready.top();
      ready.pop();
      position_[next] = model_.calls.size();
      KerasCall call{.layer = calls_[next].layer};
      for (const Reference& input : calls_[next].inputs) call.inputs.push_back(resolve(input));
      model_.calls.push_back(std::move(call));
      for (const size_t reader : readers[next])
        if (--missing[reader] == 0) ready.push(reader);
    }
    if (model_.calls.size() != calls_.size())
      throw ModelError("the layers of the model feed each other in a circle");
    for (const Reference& input : inputs) model_.inputs.push_back(resolve(input).call);
    for (const Reference& output : outputs) model_.outputs.push_back(resolve(output));
  }

 private:
  struct Call {
    size_t layer;
    std::vector<Reference> inputs;
  };

  size_t find_call(const Reference& reference) const {
    const auto found = by_name_.find(reference.layer);
    if (found == by_name_.end() || found->second.empty())
      throw ModelError(fmt::format("layer \"{}\" is read, but does not exist or is never called",
                                   reference.layer));
    const std::vector<size_t>& calls = found->second;
    // Some versions count a model's own construction as its first call, some do not.
    if (model_.layers[calls_[calls[0]].layer].model) return calls[0];
    if (reference.node < 0 || static_cast<size_t>(reference.node) >= calls.size())
      throw ModelError(
          fmt::format("layer \"{}\" has no call number {}", reference.layer, reference.node));
    return calls[static_cast<size_t>(reference.node)];
  }

  KerasTensor resolve(const Reference& reference) const {
    const size_t call = find_call(reference);
    const auto& nested = model_.layers[calls_[call].layer].model;
    const size_t outputs = nested ? nested->outputs.size() : 1;
    if (reference.output < 0 || static_cast<size_t>(reference.output) >= outputs)
      throw ModelError(
          fmt::format("layer \"{}\" has no output number {}", reference.layer, reference.output));
    return {position_[call], static_cast<size_t>(reference.output)};
  }

  KerasModel& model_;
  std::vector<Call> calls_;
  std::map<std::string, std::vector<size_t>> by_name_;
  std::vector<size_t> position_;
};

void connect_functional(KerasModel& model, const Json& layers, const Json& config) {
  Connector connector(model);
  for (size_t i = 0; i < model.layers.size(); ++i) {
    if (model.layers[i].class_name == kInputLayer) connector.add_call(i, {});
    const Json* nodes = find(layers[i], "inbound_nodes");
    if (nodes == nullptr || !nodes->is_array()) continue;
    for (const Json& node : *nodes) {
      std::vector<Reference> inputs = read_call(node);
      if (inputs.empty())
        throw ModelError(
            fmt::format("layer \"{}\" is called without an input", model.layers[i].name));
      connector.add_call(i, std::move(inputs));
    }
  }
  const Json* inputs = find(config, "input_layers");
  const Json* outputs = find(config, "output_layers");
  if (inputs == nullptr || outputs == nullptr)
    throw ModelError("the model does not say what its inputs and outputs are");
  connector.connect(read_references(*inputs), read_references(*outputs));
}

void connect_sequential(KerasModel& model) {
  for (size_t i = 0; i < model.layers.size(); ++i) {
    model.calls.push_back({.layer = i});
    if (i > 0) model.calls[i].inputs = {{.call = i - 1}};
  }
  model.inputs = {0};
  model.outputs = {{.call = model.layers.size() - 1}};
}

// Where a Sequential model has no InputLayer, its first layer knows the shape, or the model itself.
KerasLayer make_input_layer(const KerasLayer& first, const Json& model) {
  KerasLayer input = first;
  if (first.model) input = first.model->layers[first.model->calls[first.model->inputs[0]].layer];
  input.class_name = kInputLayer;
  input.name = first.name + "_input";
  for (const char* key : {"build_input_shape", "build_config"}) {
    if (input.build_shape != nullptr) break;
    const Json* config = find(model, "config");
    const Json* found = find(config != nullptr ? *config : model, key);
    if (found == nullptr) found = find(model, key);
    if (found != nullptr && found->is_object() && found->contains("input_shape"))
      found = find(*found, "input_shape");
    input.build_shape = found;
  }
  return input;
}

KerasModel read_model(const Json& json, int depth) {
  if (depth > kDeepestModel) throw ModelError("models within models are nested too deeply");
  const std::string class_name = text_of(find(json, "class_name")).value_or("unknown");
  if (!is_model(class_name))
    throw ModelError(fmt::format(
        "the model is a {}; only Sequential and Functional models are supported", class_name));
  const Json* config = find(json, "config");
  // Early Keras 2 has the list of a Sequential's layers where others have a configuration.
  const Json* layers = config == nullptr    ? nullptr
                       : config->is_array() ? config
                                            : find(*config, "layers");
  if (layers == nullptr || !layers->is_array() || layers->empty())
    throw ModelError("the model has no layers");

  KerasModel model;
  model.name = text_of(find(*config, "name")).value_or("model");
  std::map<std::string, int> classes, names;
  for (size_t i = 0; i < layers->size(); ++i) {
    KerasLayer layer = read_layer((*layers)[i], i, depth);
    layer.class_key = snake_case(layer.class_name);
    layer.class_index = classes[layer.class_key]++;
    if (names[layer.name]++ != 0)
      throw ModelError(fmt::format("two layers are named \"{}\"", layer.name));
    model.layers.push_back(std::move(layer));
  }
  if (class_name != "Sequential") {
    connect_functional(model, *layers, *config);
    return model;
  }
  if (model.layers[0].class_name != kInputLayer)
    model.layers.insert(model.layers.begin(), make_input_layer(model.layers[0], json));
  connect_sequential(model);
  return model;
}

}  // namespace

KerasModel read_keras_model(const Json& json) { return read_model(json, 0); }

}  // namespace solder::compiler::keras
