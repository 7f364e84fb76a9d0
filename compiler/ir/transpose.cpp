#include "compiler/ir/transpose.h"

#include <algorithm>
#include <cstring>

namespace solder::compiler {

Shape transposed(const Shape& shape, std::span<const int32_t> permutation) {
  Shape result{.rank = shape.rank};
  for (int32_t i = 0; i < shape.rank; ++i) result.dims[i] = shape.dims[permutation[i]];
  return result;
}

std::vector<uint8_t> transposed(std::span<const uint8_t> data, const Shape& shape,
                                std::span<const int32_t> permutation, int32_t element_bytes) {
  // Distance in the source between neighbours along each dimension of the result.
  int64_t source_stride[kMaxRank];
  int64_t step[kMaxRank];
  int64_t stride = 1;
  for (int32_t i = shape.rank; i-- > 0; stride *= shape.dims[i]) source_stride[i] = stride;
  for (int32_t i = 0; i < shape.rank; ++i) step[i] = source_stride[permutation[i]];

  const Shape to = transposed(shape, permutation);
  std::vector<uint8_t> result(data.size());
  int32_t position[kMaxRank] = {};
  int64_t source = 0;
  for (size_t at = 0; at < result.size(); at += element_bytes) {
    std::memcpy(&result[at], &data[source * element_bytes], element_bytes);
    for (int32_t i = to.rank; i-- > 0;) {
      source += step[i];
      if (++position[i] < to.dims[i]) break;
      source -= step[i] * to.dims[i];
      position[i] = 0;
    }
  }
  return result;
}

bool keeps_memory_order(const Shape& shape, std::span<const int32_t> permutation) {
  int32_t last = -1;
  for (const int32_t from : permutation) {
    if (shape.dims[from] == 1) continue;
    if (from < last) return false;
    last = from;
  }
  return true;
}

bool is_permutation(std::span<const int32_t> values, int32_t rank) {
  if (values.size() != static_cast<size_t>(rank)) return false;
  for (int32_t i = 0; i < rank; ++i)
    if (std::ranges::find(values, i) == values.end()) return false;
  return true;
}

}  // namespace solder::compiler
