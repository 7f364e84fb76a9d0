#include "compiler/ir/dilate.h"

#include <algorithm>
#include <array>

#include "compiler/ir/padding.h"

namespace solder::compiler {

Tensor dilated(const Tensor& filter, int64_t rows, int64_t columns) {
  if (rows == 1 && columns == 1) return filter;
  const int32_t* from = filter.shape.dims;
  const Shape shape = make_shape(std::array<int64_t, 4>{from[0], window_size(from[1], rows),
                                                        window_size(from[2], columns), from[3]},
                                 "dilated '" + filter.name + "'");
  std::vector<float> values(static_cast<size_t>(shape.elements()));
  auto source = filter.values<float>().begin();
  for (int64_t o = 0; o < from[0]; ++o)
    for (int64_t y = 0; y < from[1]; ++y)
      for (int64_t x = 0; x < from[2]; ++x, source += from[3])
        std::copy_n(source, from[3],
                    values.begin() +
                        ((o * shape.dims[1] + y * rows) * shape.dims[2] + x * columns) * from[3]);
  return float_constant(filter.name, shape, values);
}

}  // namespace solder::compiler
