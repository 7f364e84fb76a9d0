// SLICE and STRIDED_SLICE with constant bounds.
#include "runtime/kernels/prepare.h"

#include "runtime/kernels/move.h"

namespace solder {
namespace {

// Elements start, start + step, ... of each dimension of the input, `count` of them.
struct Bounds {
  int32_t start[kMaxRank] = {}, step[kMaxRank] = {}, count[kMaxRank] = {};
};

Error emit_slice(StepBuilder& builder, const Bounds& bounds) {
  const Shape& shape = builder.input(0)->shape;
  Block block = {.rank = shape.rank};
  Shape counts = {.rank = shape.rank};
  dense_strides(shape, block.input_strides);
  for (int32_t i = 0; i < shape.rank; ++i) {
    counts.dims[i] = block.dims[i] = bounds.count[i];
    block.input_start += bounds.start[i] * block.input_strides[i];
    block.input_strides[i] *= bounds.step[i];
  }
  dense_strides(counts, block.output_strides);
  using B = StepBuilder;
  return emit_copy(builder, B::in(0), B::out(0), builder.input(0)->type, block);
}

// start : end : step of a dimension of `size`, as Python has it; a masked bound is open.
Error read_range(const StepBuilder& builder, int32_t size, int32_t start, int32_t end, int32_t step,
                 bool open_start, bool open_end, Bounds& bounds, int32_t dim) {
  if (step == 0) return builder.fail("has a stride of 0");
  const int32_t lowest = step > 0 ? 0 : -1, highest = step > 0 ? size : size - 1;
  const auto bound = [&](int32_t at) { return clamp(at < 0 ? at + size : at, lowest, highest); };
  const int32_t first = open_start ? (step > 0 ? 0 : size - 1) : bound(start);
  const int32_t last = open_end ? (step > 0 ? size : -1) : bound(end);
  // No more than the dimension: a hostile stride would overflow.
  const int32_t stride = clamp(step, -size, size);
  const int32_t span = stride > 0 ? last - first : first - last;
  const int32_t magnitude = stride > 0 ? stride : -stride;
  bounds.start[dim] = first;
  bounds.step[dim] = stride;
  bounds.count[dim] = span > 0 ? (span + magnitude - 1) / magnitude : 0;
  return {};
}

// What masks of STRIDED_SLICE say of its entry `index`.
bool is_set(int32_t mask, int32_t index) { return (mask >> index & 1) != 0; }

}  // namespace

Error prepare_slice(const OperatorView& op, StepBuilder& builder) {
  if (Error error = check_arity(builder, op, 3)) return error;
  const TensorView& input = *builder.input(0);
  const TensorView& output = *builder.output(0);
  const int32_t rank = input.shape.rank;
  const int32_t* begin = constant_int32(*builder.input(1), rank);
  const int32_t* size = constant_int32(*builder.input(2), rank);
  if (begin == nullptr || size == nullptr)
    return builder.fail("needs constant INT32 begin and size, one per dimension");
  if (Error error = check_moves(builder, input, output)) return error;
  Bounds bounds;
  Shape expected = {.rank = rank};
  for (int32_t i = 0; i < rank; ++i) {
    const int32_t room = input.shape.dims[i];
    if (begin[i] < 0 || begin[i] >= room)
      return builder.fail("begins outside its input:", begin[i]);
    const int32_t count = size[i] == -1 ? room - begin[i] : size[i];
    if (count < 1 || count > room - begin[i])
      return builder.fail("has a size that its input does not hold:", size[i]);
    bounds.start[i] = begin[i];
    bounds.step[i] = 1;
    bounds.count[i] = expected.dims[i] = count;
  }
  if (!(output.shape == expected))
    return builder.fail("has an output shape that does not follow from begin and size");
  return emit_slice(builder, bounds);
}

Error prepare_strided_slice(const OperatorView& op, StepBuilder& builder) {
  if (Error error = check_arity(builder, op, 4)) return error;
  const TensorView& input = *builder.input(0);
  const TensorView& output = *builder.output(0);
  const Options& o = op.options;
  const int64_t entries = builder.input(1)->shape.elements();
  const int32_t* begin = constant_int32(*builder.input(1), entries);
  const int32_t* end = constant_int32(*builder.input(2), entries);
  const int32_t* strides = constant_int32(*builder.input(3), entries);
  // As many dimensions as the input has, and as many new ones.
  if (begin == nullptr || end == nullptr || strides == nullptr || entries > 2 * kMaxRank)
    return builder.fail("needs constant INT32 begin, end and strides, of one length");
  if (Error error = check_moves(builder, input, output)) return error;

  const auto count = static_cast<int32_t>(entries);
  int32_t named = 0, ellipses = 0;
  for (int32_t i = 0; i < count; ++i) {
    ellipses += is_set(o.ellipsis_mask, i) ? 1 : 0;
    named += is_set(o.ellipsis_mask | o.new_axis_mask, i) ? 0 : 1;
  }
  const int32_t rank = input.shape.rank;
  if (named > rank) return builder.fail("has more ranges than its input dimensions:", named);
  if (ellipses > 1) return builder.fail("has more than one ellipsis");

  Bounds bounds;
  Shape expected;
  int32_t dim = 0;
  bool fits = true;
  const auto append = [&](int32_t size) {
    if (expected.rank == kMaxRank)
      fits = false;
    else
      expected.dims[expected.rank++] = size;
  };
  const auto take_whole = [&](int32_t dims) {
    for (; dims > 0; --dims, ++dim) {
      bounds.step[dim] = 1;
      append(bounds.count[dim] = input.shape.dims[dim]);
    }
  };
  for (int32_t i = 0; i < count; ++i) {
    if (is_set(o.ellipsis_mask, i)) {
      take_whole(rank - named);
    } else if (is_set(o.new_axis_mask, i)) {
      append(1);
    } else {
      const int32_t size = input.shape.dims[dim];
      const bool is_one = is_set(o.shrink_axis_mask, i);
      if (is_one) {
        const int32_t at = begin[i] < 0 ? begin[i] + size : begin[i];
        if (at < 0 || at >= size) return builder.fail("has an index outside its input:", begin[i]);
        bounds.start[dim] = at;
        bounds.step[dim] = bounds.count[dim] = 1;
      } else if (Error error =
                     read_range(builder, size, begin[i], end[i], strides[i],
                                is_set(o.begin_mask, i), is_set(o.end_mask, i), bounds, dim)) {
        return error;
      }
      if (!is_one) append(bounds.count[dim]);
      ++dim;
    }
  }
  take_whole(rank - dim);
  if (!fits || !(output.shape == expected))
    return builder.fail("has an output shape that does not follow from its ranges");
  return emit_slice(builder, bounds);
}

}  // namespace solder
