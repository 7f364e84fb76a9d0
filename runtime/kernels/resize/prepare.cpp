#include "runtime/kernels/prepare.h"

#include "runtime/kernels/move.h"

namespace solder {
namespace {

constexpr int32_t kLargestSize = 1 << 20;

// `pixel`: what a channel counts as.
Error emit_resize(const OperatorView& op, StepBuilder& builder, KernelId kernel, int32_t channel) {
  const Shape& in = builder.input(0)->shape;
  const Shape& out = builder.output(0)->shape;
  const int32_t* size = constant_int32(*builder.input(1), 2);
  if (size == nullptr) return builder.fail("needs a constant INT32 size of height and width");
  if (in.rank != 4 || out.rank != 4) return builder.fail("needs an input and output of rank 4");
  if (out.dims[0] != in.dims[0] || out.dims[1] != size[0] || out.dims[2] != size[1] ||
      out.dims[3] != in.dims[3])
    return builder.fail("has an output shape that does not follow from its input and size");
  for (const int32_t dim : {in.dims[1], in.dims[2], out.dims[1], out.dims[2]})
    if (dim > kLargestSize) return builder.fail("has a height or width above 2^20:", dim);
  auto* params = builder.params<ResizeParams>();
  if (params == nullptr) return builder.no_memory();
  *params = {.batches = in.dims[0],
             .input_height = in.dims[1],
             .input_width = in.dims[2],
             .channels = in.dims[3] * channel,
             .output_height = out.dims[1],
             .output_width = out.dims[2],
             .align_corners = op.options.align_corners ? 1 : 0,
             .half_pixel_centers = op.options.half_pixel_centers ? 1 : 0};
  using B = StepBuilder;
  return builder.emit(kernel, params, {B::in(0), B::out(0)});
}

}  // namespace

Error prepare_resize_nearest_neighbor(const OperatorView& op, StepBuilder& builder) {
  if (Error error = check_arity(builder, op, 2)) return error;
  const TensorView& input = *builder.input(0);
  if (Error error = check_moves(builder, input, *builder.output(0))) return error;
  return emit_resize(op, builder, KernelId::resize_nearest_neighbor_b8, size_of(input.type));
}

Error prepare_resize_bilinear(const OperatorView& op, StepBuilder& builder) {
  if (Error error = check_arity(builder, op, 2)) return error;
  const TensorView& input = *builder.input(0);
  if (Error error = check_moves(builder, input, *builder.output(0))) return error;
  if (op.options.align_corners && op.options.half_pixel_centers)
    return builder.fail("has both align_corners and half_pixel_centers");
  switch (input.type) {
    case TensorType::FLOAT32:
      return emit_resize(op, builder, KernelId::resize_bilinear_f32, 1);
    case TensorType::INT8:
      return emit_resize(op, builder, KernelId::resize_bilinear_s8, 1);
    case TensorType::INT16:
      return emit_resize(op, builder, KernelId::resize_bilinear_s16, 1);
    default:
      return builder.fail("needs FLOAT32, INT8 or INT16 throughout");
  }
}

}  // namespace solder
