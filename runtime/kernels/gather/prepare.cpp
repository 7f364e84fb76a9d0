#include "runtime/kernels/prepare.h"

#include "runtime/kernels/move.h"

namespace solder {

Error prepare_gather(const OperatorView& op, StepBuilder& builder) {
  if (Error error = check_arity(builder, op, 2)) return error;
  const TensorView& input = *builder.input(0);
  const TensorView& indices = *builder.input(1);
  const TensorView& output = *builder.output(0);
  if (Error error = check_moves(builder, input, output)) return error;
  if (indices.type != TensorType::INT32) return builder.fail("needs INT32 indices");
  if (op.options.batch_dims != 0)
    return builder.fail("has batch_dims, which are not supported:", op.options.batch_dims);
  int32_t axis = 0;
  if (Error error = check_axis(builder, op.options.axis, input.shape.rank, axis)) return error;

  const Shape &from = input.shape, &index = indices.shape;
  Shape expected = {.rank = from.rank - 1 + index.rank};
  if (expected.rank > kMaxRank) return builder.fail("has an output of more than 5 dimensions");
  GatherParams result = {.outer = 1,
                         .axis_size = from.dims[axis],
                         .count = static_cast<int32_t>(index.elements()),
                         .slice_bytes = size_of(input.type)};
  int32_t at = 0;
  for (int32_t i = 0; i < axis; ++i) result.outer *= expected.dims[at++] = from.dims[i];
  for (int32_t i = 0; i < index.rank; ++i) expected.dims[at++] = index.dims[i];
  for (int32_t i = axis + 1; i < from.rank; ++i)
    result.slice_bytes *= expected.dims[at++] = from.dims[i];
  if (!(output.shape == expected))
    return builder.fail("has an output shape that does not follow from its input and indices");

  auto* params = builder.params<GatherParams>();
  if (params == nullptr) return builder.no_memory();
  *params = result;
  using B = StepBuilder;
  return builder.emit(KernelId::gather_b8, params, {B::in(0), B::in(1), B::out(0)});
}

}  // namespace solder
