#include "compiler/importers/keras/layer.h"

namespace solder::compiler::keras {

std::string Layer::where() const {
  return fmt::format("layer \"{}\" ({})", layer_.name, layer_.class_name);
}

void Layer::fail(const std::string& message) const { throw ModelError(where() + ": " + message); }

int64_t Layer::integer(const char* key, int64_t fallback) const {
  const Json* value = argument(key);
  if (value == nullptr) return fallback;
  const auto integer = integer_of(value);
  if (!integer) fail(fmt::format("{} is {}, no integer", key, value->dump()));
  return *integer;
}

double Layer::number(const char* key, double fallback) const {
  const Json* value = argument(key);
  if (value == nullptr) return fallback;
  if (!value->is_number()) fail(fmt::format("{} is {}, no number", key, value->dump()));
  return value->get<double>();
}

bool Layer::boolean(const char* key, bool fallback) const {
  const Json* value = argument(key);
  if (value == nullptr) return fallback;
  if (!value->is_boolean()) fail(fmt::format("{} is {}, not true or false", key, value->dump()));
  return value->get<bool>();
}

std::string Layer::text(const char* key, const std::string& fallback) const {
  const Json* value = argument(key);
  if (value == nullptr) return fallback;
  const auto text = text_of(value);
  if (!text) fail(fmt::format("{} is {}, no text", key, value->dump()));
  return *text;
}

std::vector<int64_t> Layer::integers(const char* key, std::vector<int64_t> fallback) const {
  const Json* value = argument(key);
  if (value == nullptr) return fallback;
  if (const auto one = integer_of(value)) return {*one};
  const Json* list = list_of(value);
  if (list == nullptr) fail(fmt::format("{} is {}, no list of integers", key, value->dump()));
  std::vector<int64_t> integers;
  for (const Json& item : *list) {
    const auto integer = integer_of(&item);
    if (!integer) fail(fmt::format("{} is {}, no list of integers", key, value->dump()));
    integers.push_back(*integer);
  }
  return integers;
}

std::array<int64_t, 2> Layer::size_pair(const char* key, std::array<int64_t, 2> fallback) const {
  if (argument(key) == nullptr) return fallback;
  constexpr int64_t kLargest = 1 << 15;
  std::vector<int64_t> sizes = integers(key, {});
  if (sizes.size() == 1) sizes.insert(sizes.begin(), spatial_rank() == 1 ? 1 : sizes[0]);
  if (sizes.size() != 2 || (spatial_rank() == 1 && sizes[0] != 1))
    fail(fmt::format("{} is {}", key, argument(key)->dump()));
  for (const int64_t size : sizes)
    if (size < 1 || size > kLargest)
      fail(fmt::format("{} of {}, which is not in [1, {}]", key, size, kLargest));
  return {sizes[0], sizes[1]};
}

void Layer::require_channels_last() const {
  const std::string format = text("data_format", "channels_last");
  if (format != "channels_last")
    fail(fmt::format("data_format \"{}\" is not supported; build the model with channels_last",
                     format));
}

const FloatArray& Layer::weight(size_t index, const std::vector<int64_t>& dims,
                                const std::string& what) const {
  if (index >= weights_.size())
    fail(fmt::format("the file has {} weights for it, its {} is missing", weights_.size(), what));
  const Shape wanted = make_shape(dims, where() + ": " + what);
  const FloatArray& weight = weights_[index];
  if (!(weight.shape == wanted))
    fail(fmt::format("its {} has shape {}, {} is wanted", what, to_string(weight.shape),
                     to_string(wanted)));
  return weight;
}

int Layer::input() const {
  if (inputs_.size() != 1) fail(fmt::format("it has {} inputs, one is wanted", inputs_.size()));
  return inputs_[0];
}

int Layer::image() const {
  require_channels_last();
  const int x = input();
  const Shape shape = shape_of(x);
  if (shape.rank != spatial_rank() + 2)
    fail(fmt::format("input of shape {}; rank {} is wanted", to_string(shape), spatial_rank() + 2));
  if (shape.rank == 4) return x;
  return builder_.emit_reshape(x, name() + "/image",
                               {4, {shape.dims[0], 1, shape.dims[1], shape.dims[2]}});
}

int Layer::from_image(int tensor) const {
  if (spatial_rank() == 2) return tensor;
  const Shape image = shape_of(tensor);
  return builder_.emit_reshape(tensor, name(), {3, {image.dims[0], image.dims[2], image.dims[3]}});
}

int Layer::constant(const std::string& suffix, const Shape& shape,
                    std::span<const float> values) const {
  return builder_.graph().add_tensor(float_constant(name() + suffix, shape, values));
}

Shape read_input_shape(const KerasLayer& layer) {
  const std::string where = fmt::format("input \"{}\"", layer.name);
  // Keras 2, Keras 3, and where the model itself keeps it.
  const Json* dims = find(*layer.config, "batch_input_shape");
  if (dims == nullptr) dims = find(*layer.config, "batch_shape");
  if (dims == nullptr) dims = layer.build_shape;
  const Json* list = list_of(dims);
  if (list == nullptr || list->empty())
    throw ModelError(where +
                     ": the model does not say its shape; build it with an Input layer "
                     "before saving");
  std::vector<int64_t> shape;
  for (const Json& dim : *list) {
    const auto size = integer_of(&dim);
    if (!size && !(dim.is_null() && shape.empty()))
      throw ModelError(fmt::format(
          "{}: shape {} is open in more than the batch; build the model with fixed sizes", where,
          list->dump()));
    shape.push_back(size.value_or(1));
  }
  return make_shape(shape, where);
}

}  // namespace solder::compiler::keras
