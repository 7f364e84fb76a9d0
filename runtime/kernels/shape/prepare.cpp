// RESHAPE and its like, PAD, PADV2, MIRROR_PAD, TRANSPOSE, SPACE_TO_DEPTH, DEPTH_TO_SPACE.
#include "runtime/kernels/prepare.h"

#include <cstring>

#include "runtime/kernels/move.h"

namespace solder {
namespace {

using B = StepBuilder;

// The amounts that PAD and its like add before and after each dimension, two per dimension; null,
// with `error` set, when they do not lead from the input to the output.
const int32_t* read_paddings(const StepBuilder& builder, Error& error) {
  const TensorView& input = *builder.input(0);
  const TensorView& output = *builder.output(0);
  const int32_t rank = input.shape.rank;
  const int32_t* paddings = constant_int32(*builder.input(1), int64_t{2} * rank);
  if (paddings == nullptr || output.shape.rank != rank) {
    error = builder.fail(
        "needs constant INT32 paddings, two per dimension, and an output of the input's rank");
    return nullptr;
  }
  for (int32_t i = 0; i < rank; ++i) {
    const int32_t before = paddings[2 * i], after = paddings[2 * i + 1];
    if (before >= 0 && after >= 0 &&
        int64_t{before} + after + input.shape.dims[i] == output.shape.dims[i])
      continue;
    error = builder.fail("has an output shape that does not follow from its input and paddings");
    return nullptr;
  }
  error = check_moves(builder, input, output);
  return error ? nullptr : paddings;
}

Error emit_pad(StepBuilder& builder, int32_t value) {
  Error error;
  const int32_t* paddings = read_paddings(builder, error);
  if (paddings == nullptr) return error;
  auto* params = builder.params<PadParams>();
  if (params == nullptr) return builder.no_memory();
  const TensorView& input = *builder.input(0);
  const int32_t lead = kShapeRank - input.shape.rank;
  for (int32_t i = 0; i < kShapeRank; ++i) {
    params->input_dims[i] = i < lead ? 1 : input.shape.dims[i - lead];
    params->before[i] = i < lead ? 0 : paddings[2 * (i - lead)];
    params->after[i] = i < lead ? 0 : paddings[2 * (i - lead) + 1];
  }
  params->value = value;
  const int32_t bytes = size_of(input.type);
  return builder.emit(bytes == 1   ? KernelId::pad_b8
                      : bytes == 2 ? KernelId::pad_b16
                                   : KernelId::pad_b32,
                      params, {B::in(0), B::out(0)});
}

// SPACE_TO_DEPTH, from `image` to `deep`, or back.
Error rearrange(const OperatorView& op, StepBuilder& builder, bool to_depth) {
  if (Error error = check_arity(builder, op, 1)) return error;
  const TensorView& input = *builder.input(0);
  const TensorView& output = *builder.output(0);
  if (Error error = check_moves(builder, input, output)) return error;
  const Shape& image = to_depth ? input.shape : output.shape;
  const Shape& deep = to_depth ? output.shape : input.shape;
  const int32_t size = op.options.block_size;
  if (image.rank != 4 || deep.rank != 4) return builder.fail("needs an input and output of rank 4");
  if (size < 1 || size > image.dims[1] || size > image.dims[2])
    return builder.fail("has a block size that does not fit its image:", size);
  if (image.dims[0] != deep.dims[0] || image.dims[1] != int64_t{deep.dims[1]} * size ||
      image.dims[2] != int64_t{deep.dims[2]} * size ||
      deep.dims[3] != int64_t{image.dims[3]} * size * size)
    return builder.fail("has an output shape that does not follow from its input and block size");
  // Rows of blocks, rows within, blocks, and what is adjacent in both.
  const int32_t row = image.dims[2] * image.dims[3], run = size * image.dims[3];
  Block block = {.rank = 4,
                 .dims = {deep.dims[0] * deep.dims[1], size, deep.dims[2], run},
                 .input_strides = {size * row, row, run, 1},
                 .output_strides = {size * row, run, size * run, 1}};
  if (!to_depth) {
    for (int32_t i = 0; i < block.rank; ++i) {
      const int32_t stride = block.input_strides[i];
      block.input_strides[i] = block.output_strides[i];
      block.output_strides[i] = stride;
    }
  }
  return emit_copy(builder, B::in(0), B::out(0), input.type, block);
}

}  // namespace

// Also SQUEEZE and EXPAND_DIMS: the output's shape says it all.
Error prepare_reshape(const OperatorView& op, StepBuilder& builder) {
  if (Error error = check_arity(builder, op, 1)) return error;
  const TensorView& input = *builder.input(0);
  const TensorView& output = *builder.output(0);
  if (input.type != output.type || input.bytes != output.bytes)
    return builder.fail("needs an output of the input's type and number of elements");
  return builder.view(0, 0);
}

// Quantized elements are padded with the zero point.
Error prepare_pad(const OperatorView& op, StepBuilder& builder) {
  if (Error error = check_arity(builder, op, 2)) return error;
  const TensorView& output = *builder.output(0);
  return emit_pad(builder, output.quantization.count == 1 ? zero_point_of(output) : 0);
}

Error prepare_padv2(const OperatorView& op, StepBuilder& builder) {
  if (Error error = check_arity(builder, op, 3)) return error;
  const TensorView& value = *builder.input(2);
  if (!value.is_constant() || value.shape.elements() != 1)
    return builder.fail("needs a constant of one element to pad with");
  if (Error error = check_moves(builder, *builder.input(0), value)) return error;
  int32_t bits = 0;
  std::memcpy(&bits, value.data, static_cast<size_t>(value.bytes));
  return emit_pad(builder, bits);
}

// The input into the middle, then dimension by dimension what mirrors it on both sides.
Error prepare_mirror_pad(const OperatorView& op, StepBuilder& builder) {
  if (Error error = check_arity(builder, op, 2)) return error;
  Error error;
  const int32_t* paddings = read_paddings(builder, error);
  if (paddings == nullptr) return error;
  const TensorView& input = *builder.input(0);
  const int32_t rank = input.shape.rank;
  const int32_t edge = op.options.mirror_mode == MirrorPadMode::REFLECT ? 1 : 0;  // left out

  Block block = {.rank = rank};
  int32_t strides[kMaxRank] = {};
  dense_strides(builder.output(0)->shape, strides);
  for (int32_t i = 0; i < rank; ++i) {
    if (paddings[2 * i] > input.shape.dims[i] - edge ||
        paddings[2 * i + 1] > input.shape.dims[i] - edge)
      return builder.fail("pads more than there is to mirror in dimension", i);
    block.dims[i] = input.shape.dims[i];
    block.output_strides[i] = strides[i];
    block.output_start += paddings[2 * i] * strides[i];
  }
  dense_strides(input.shape, block.input_strides);
  if ((error = emit_copy(builder, B::in(0), B::out(0), input.type, block))) return error;

  // From here on within the output: complete in the dimensions before i.
  for (int32_t i = 0; i < rank; ++i) block.input_strides[i] = strides[i];
  for (int32_t i = 0; i < rank; ++i) {
    const int32_t size = input.shape.dims[i], stride = strides[i];
    const int32_t first = block.output_start;
    const auto mirror = [&](int32_t count, int32_t from, int32_t to, int32_t step) -> Error {
      if (count == 0) return {};
      Block side = block;
      side.dims[i] = count;
      side.input_start = first + from * stride;
      side.output_start = first + to * stride;
      side.input_strides[i] = step * stride;
      side.output_strides[i] = -step * stride;
      return emit_copy(builder, B::out(0), B::out(0), input.type, side);
    };
    const int32_t before = paddings[2 * i], after = paddings[2 * i + 1];
    if ((error = mirror(before, edge, -1, 1))) return error;
    if ((error = mirror(after, size - 1 - edge, size, -1))) return error;
    block.dims[i] = builder.output(0)->shape.dims[i];
    block.output_start -= before * stride;
  }
  return {};
}

Error prepare_transpose(const OperatorView& op, StepBuilder& builder) {
  if (Error error = check_arity(builder, op, 2)) return error;
  const TensorView& input = *builder.input(0);
  const TensorView& output = *builder.output(0);
  const int32_t rank = input.shape.rank;
  const int32_t* permutation = constant_int32(*builder.input(1), rank);
  if (permutation == nullptr || output.shape.rank != rank)
    return builder.fail("needs a constant INT32 permutation and an output of the input's rank");
  if (Error error = check_moves(builder, input, output)) return error;
  Block block = {.rank = rank};
  int32_t strides[kMaxRank] = {};
  dense_strides(input.shape, strides);
  dense_strides(output.shape, block.output_strides);
  uint32_t seen = 0;
  for (int32_t i = 0; i < rank; ++i) {
    const int32_t from = permutation[i];
    if (from < 0 || from >= rank || (seen >> from & 1) != 0)
      return builder.fail("has a permutation that does not name every dimension once");
    seen |= 1U << from;
    if (output.shape.dims[i] != input.shape.dims[from])
      return builder.fail("has an output shape that does not follow from its permutation");
    block.dims[i] = output.shape.dims[i];
    block.input_strides[i] = strides[from];
  }
  return emit_copy(builder, B::in(0), B::out(0), input.type, block);
}

Error prepare_space_to_depth(const OperatorView& op, StepBuilder& builder) {
  return rearrange(op, builder, true);
}

Error prepare_depth_to_space(const OperatorView& op, StepBuilder& builder) {
  return rearrange(op, builder, false);
}

}  // namespace solder
