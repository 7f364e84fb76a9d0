#include "compiler/data/values.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <stdexcept>

#include "runtime/base/real_values.h"

namespace solder::compiler {

std::string describe(const TensorInfo& info) {
  const std::vector<int> dims(info.shape.dims, info.shape.dims + info.shape.rank);
  return fmt::format("{} [{}]", type_name(info.type), fmt::join(dims, ", "));
}

std::vector<float> real_values(const void* data, TensorType type, float scale, int32_t zero_point,
                               int64_t elements) {
  if (!has_real_values(type))
    throw std::runtime_error(fmt::format("cannot show values of {}", type_name(type)));
  std::vector<float> values(static_cast<size_t>(elements));
  load_real({type, scale, zero_point}, data, values);
  return values;
}

std::vector<float> real_values(const void* data, const TensorInfo& info) {
  return real_values(data, info.type, info.scale, info.zero_point, info.shape.elements());
}

void store_real_values(std::span<const float> values, const TensorInfo& info, void* data) {
  if (!has_real_values(info.type))
    throw std::runtime_error(fmt::format("cannot quantize values to {}", type_name(info.type)));
  store_real({info.type, info.scale, info.zero_point}, values, data);
}

size_t argmax(std::span<const float> values) {
  return static_cast<size_t>(std::ranges::max_element(values) - values.begin());
}

}  // namespace solder::compiler
