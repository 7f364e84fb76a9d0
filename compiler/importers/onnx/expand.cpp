// Repeating what a value has.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/importers/onnx/operators.h"

namespace solder::compiler {
namespace {

// Repeats constants no further than this: a few bytes of a hostile file could else fill any memory.
constexpr int64_t kLongest = 1 << 12;

template <class T>
std::vector<T> broadcast(const std::vector<T>& values, const Shape& from, const Shape& to) {
  std::vector<T> result;
  for (int64_t n = 0; !values.empty() && n < to.elements(); ++n) {
    int64_t rest = n, at = 0, stride = 1;
    for (int32_t i = to.rank - 1; i >= 0; --i) {
      const int64_t size = from.dim_of(to.rank, i);
      at += rest % to.dims[i] % size * stride;
      rest /= to.dims[i];
      stride *= size;
    }
    result.push_back(values[static_cast<size_t>(at)]);
  }
  return result;
}

}  // namespace

void import_expand(Node& node) {
  Value& input = node.input(0);
  const std::vector<int64_t>& wanted = node.integer_constant(1);
  const auto rank = static_cast<int32_t>(
      std::max<size_t>(std::min<size_t>(wanted.size(), kMaxRank + 1), input.shape.rank));
  std::vector<int64_t> dims(rank, 1);
  std::copy_backward(wanted.begin(), wanted.begin() + std::min<ptrdiff_t>(wanted.size(), rank),
                     dims.end());
  for (int32_t i = 0; i < rank; ++i) {
    const int64_t own = input.shape.dim_of(rank, i);
    if (dims[i] != own && dims[i] != 1 && own != 1)
      node.fail(fmt::format("{} does not expand to [{}]", to_string(input.shape),
                            fmt::join(wanted, ", ")));
    dims[i] = std::max(dims[i], own);
  }
  const Shape shape = node.shape(dims);
  if (shape == input.shape) return node.define_output(input);
  if (input.is_constant()) {
    if (shape.elements() > kLongest) node.fail("a constant of too many elements");
    return node.define_output({.shape = shape,
                               .floats = broadcast(input.floats, input.shape, shape),
                               .integers = broadcast(input.integers, input.shape, shape)});
  }
  Builder& builder = node.builder();
  Shape filled{.rank = rank};
  for (int32_t i = 0; i < rank; ++i) filled.dims[i] = input.shape.dim_of(rank, i);
  int x = node.tensor(input, Layout::kOnnx);
  if (rank != input.shape.rank) x = builder.emit_reshape(x, node.name() + "/filled", filled);
  for (int32_t i = 0; i < rank; ++i)
    if (filled.dims[i] != shape.dims[i])
      x = builder.emit_repeat(x, fmt::format("{}/{}", node.name(), i), i, shape.dims[i]);
  node.define_output(x, Layout::kOnnx, shape);
}

// Along one axis after the other, everything from that axis on is repeated as a whole.
void import_tile(Node& node) {
  Value& input = node.moved_value(0);
  const std::vector<int64_t>& repeats = node.integer_constant(1);
  const int32_t rank = input.shape.rank;
  if (std::ssize(repeats) != rank) node.fail("it has not one number of repeats per dimension");
  Builder& builder = node.builder();
  int x = node.tensor(input, Layout::kOnnx);
  std::vector<int64_t> dims(input.shape.dims, input.shape.dims + rank);
  for (int32_t i = rank - 1; i >= 0; --i) {
    if (repeats[i] < 1 || repeats[i] > kMaxTensorBytes)
      node.fail(fmt::format("{} repeats", repeats[i]));
    if (repeats[i] == 1) continue;
    std::vector<int64_t> block{1, 1, 1};
    for (int32_t d = 0; d < rank; ++d) block[d < i ? 0 : 2] *= dims[d];
    const std::string name = fmt::format("{}/{}", node.name(), i);
    x = builder.emit_reshape(x, name + "/block", node.shape(block));
    x = builder.emit_repeat(x, name + "/blocks", 1, static_cast<int32_t>(repeats[i]));
    dims[i] *= repeats[i];
    x = builder.emit_reshape(x, name, node.shape(dims));
  }
  const Shape shape = node.shape(dims);
  if (shape == input.shape) return node.define_output(input);
  node.define_output(x, Layout::kOnnx, shape);
}

}  // namespace solder::compiler
