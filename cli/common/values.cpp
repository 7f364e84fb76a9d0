#include "cli/common/values.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <stdexcept>

#include "cli/common/files.h"

namespace solder::cli {
namespace {

template <class T>
std::vector<float> convert(const void* data, float scale, int32_t zero_point, int64_t elements) {
  std::vector<float> values(static_cast<size_t>(elements));
  for (size_t i = 0; i < values.size(); ++i) {
    T element;
    std::memcpy(&element, static_cast<const uint8_t*>(data) + i * sizeof(T), sizeof(T));
    const auto value = static_cast<float>(element);
    values[i] = scale == 0 ? value : scale * (value - static_cast<float>(zero_point));
  }
  return values;
}

template <class T>
void store(std::span<const float> values, const TensorInfo& info, void* data) {
  constexpr auto kMin = static_cast<float>(std::numeric_limits<T>::min());
  constexpr auto kMax = static_cast<float>(std::numeric_limits<T>::max());
  auto* out = static_cast<T*>(data);
  for (size_t i = 0; i < values.size(); ++i) {
    const float q = std::round(values[i] / info.scale) + static_cast<float>(info.zero_point);
    out[i] = static_cast<T>(std::clamp(q, kMin, kMax));
  }
}

}  // namespace

std::string describe(const TensorInfo& info) {
  const std::vector<int> dims(info.shape.dims, info.shape.dims + info.shape.rank);
  return fmt::format("{} [{}]", type_name(info.type), fmt::join(dims, ", "));
}

std::vector<uint8_t> read_raw_tensor(const std::filesystem::path& path, const TensorInfo& info) {
  std::vector<uint8_t> bytes = read_file(path);
  if (bytes.size() == info.bytes) return bytes;
  throw std::runtime_error(fmt::format(
      "{}: has {} bytes, but input \"{}\" is {}: give a raw little-endian file of {} bytes",
      path.string(), bytes.size(), info.name, describe(info), info.bytes));
}

std::vector<float> real_values(const void* data, TensorType type, float scale, int32_t zero_point,
                               int64_t elements) {
  switch (type) {
    case TensorType::FLOAT32:
      return convert<float>(data, 0, 0, elements);
    case TensorType::INT8:
      return convert<int8_t>(data, scale, zero_point, elements);
    case TensorType::UINT8:
      return convert<uint8_t>(data, scale, zero_point, elements);
    case TensorType::INT16:
      return convert<int16_t>(data, scale, zero_point, elements);
    case TensorType::INT32:
      return convert<int32_t>(data, scale, zero_point, elements);
    default:
      throw std::runtime_error(fmt::format("cannot show values of {}", type_name(type)));
  }
}

std::vector<float> real_values(const void* data, const TensorInfo& info) {
  return real_values(data, info.type, info.scale, info.zero_point, info.shape.elements());
}

void store_real_values(std::span<const float> values, const TensorInfo& info, void* data) {
  switch (info.type) {
    case TensorType::FLOAT32:
      std::memcpy(data, values.data(), values.size_bytes());
      return;
    case TensorType::INT8:
      return store<int8_t>(values, info, data);
    case TensorType::UINT8:
      return store<uint8_t>(values, info, data);
    case TensorType::INT16:
      return store<int16_t>(values, info, data);
    default:
      throw std::runtime_error(fmt::format("cannot quantize values to {}", type_name(info.type)));
  }
}

size_t argmax(std::span<const float> values) {
  return static_cast<size_t>(std::ranges::max_element(values) - values.begin());
}

}  // namespace solder::cli
