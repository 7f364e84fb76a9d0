// Putting tensors together and taking them apart along one axis, a step for each part:
// CONCATENATION, PACK, SPLIT, SPLIT_V, UNPACK.
#include "runtime/kernels/prepare.h"

#include "runtime/kernels/move.h"

namespace solder {
namespace {

using B = StepBuilder;

// The parts of `whole` along `axis`, which are its inputs or its outputs.
class Parts {
 public:
  // `has_axis`: whether parts have the dimension `axis`, too; else they are one element of it.
  Parts(StepBuilder& builder, const TensorView& whole, int32_t axis, bool has_axis)
      : builder_(builder), whole_(whole), axis_(axis), has_axis_(has_axis) {
    for (int32_t i = 0; i < whole.shape.rank; ++i)
      if (i != axis) (i < axis ? outer_ : inner_) *= whole.shape.dims[i];
  }

  // Moves part number `index`, the one behind those moved before.
  Error join(int32_t index, B::Source whole) {
    const TensorView& part = *builder_.input(index);
    return move(part, B::in(index), whole, index, true);
  }
  Error split(int32_t index, B::Source whole) {
    const TensorView& part = *builder_.output(index);
    return move(part, whole, B::out(index), index, false);
  }
  Error check_complete() const {
    if (covered_ != whole_.shape.dims[axis_])
      return builder_.fail("has parts that do not fill the axis; they cover", covered_);
    return {};
  }

 private:
  Error move(const TensorView& part, B::Source from, B::Source to, int32_t index, bool is_join) {
    if (Error error = check_moves(builder_, part, whole_)) return error;
    const int32_t size = size_along_axis(part.shape);
    if (size < 1)
      return builder_.fail("has a part whose shape does not fit the whole; it is number", index);
    if (size > whole_.shape.dims[axis_] - covered_)
      return builder_.fail("has parts of more than the whole along the axis; too many by number",
                           index);
    const int32_t in_part = size * inner_, in_whole = whole_.shape.dims[axis_] * inner_;
    const int32_t start = covered_ * inner_;
    covered_ += size;
    return emit_copy(builder_, from, to, whole_.type,
                     {.rank = 2,
                      .dims = {outer_, in_part},
                      .input_strides = {is_join ? in_part : in_whole, 1},
                      .output_strides = {is_join ? in_whole : in_part, 1},
                      .input_start = is_join ? 0 : start,
                      .output_start = is_join ? start : 0});
  }

  // 0 when the part's other dimensions are not those of the whole.
  int32_t size_along_axis(const Shape& part) const {
    if (part.rank != whole_.shape.rank - (has_axis_ ? 0 : 1)) return 0;
    for (int32_t i = 0, at = 0; i < whole_.shape.rank; ++i) {
      if (i == axis_ && !has_axis_) continue;
      if (i != axis_ && part.dims[at] != whole_.shape.dims[i]) return 0;
      ++at;
    }
    return has_axis_ ? part.dims[axis_] : 1;
  }

  StepBuilder& builder_;
  const TensorView& whole_;
  const int32_t axis_;
  const bool has_axis_;
  int32_t outer_ = 1, inner_ = 1, covered_ = 0;
};

Error join_inputs(const OperatorView& op, StepBuilder& builder, bool has_axis) {
  if (Error error = check_arity(builder, op, op.input_count)) return error;
  if (op.input_count < 1) return builder.fail("has no inputs");
  const TensorView& output = *builder.output(0);
  int32_t axis = 0;
  if (Error error = check_axis(builder, op.options.axis, output.shape.rank, axis)) return error;
  Parts parts(builder, output, axis, has_axis);
  for (int32_t i = 0; i < op.input_count; ++i)
    if (Error error = parts.join(i, B::out(0))) return error;
  return parts.check_complete();
}

// `whole`: which input it is.
Error split_outputs(const OperatorView& op, StepBuilder& builder, int32_t whole, int32_t given_axis,
                    bool has_axis) {
  const TensorView& input = *builder.input(whole);
  int32_t axis = 0;
  if (Error error = check_axis(builder, given_axis, input.shape.rank, axis)) return error;
  Parts parts(builder, input, axis, has_axis);
  for (int32_t i = 0; i < op.output_count; ++i)
    if (Error error = parts.split(i, B::in(whole))) return error;
  return parts.check_complete();
}

}  // namespace

Error prepare_concatenation(const OperatorView& op, StepBuilder& builder) {
  if (op.options.activation != Activation::NONE)
    return builder.fail("has a fused activation, which CONCATENATION does not support");
  return join_inputs(op, builder, true);
}

Error prepare_pack(const OperatorView& op, StepBuilder& builder) {
  return join_inputs(op, builder, false);
}

Error prepare_unpack(const OperatorView& op, StepBuilder& builder) {
  if (Error error = check_arity(builder, op, 1, op.output_count)) return error;
  return split_outputs(op, builder, 0, op.options.axis, false);
}

Error prepare_split(const OperatorView& op, StepBuilder& builder) {
  if (Error error = check_arity(builder, op, 2, op.output_count)) return error;
  const int32_t* axis = constant_int32(*builder.input(0), 1);
  if (axis == nullptr) return builder.fail("needs a constant INT32 axis");
  for (int32_t i = 1; i < op.output_count; ++i)
    if (!(builder.output(i)->shape == builder.output(0)->shape))
      return builder.fail("has outputs of different shapes; SPLIT_V may, SPLIT may not");
  return split_outputs(op, builder, 1, *axis, true);
}

// The sizes that the second input lists must be those of the outputs; -1 is what is left.
Error prepare_split_v(const OperatorView& op, StepBuilder& builder) {
  if (Error error = check_arity(builder, op, 3, op.output_count)) return error;
  const int32_t* sizes = constant_int32(*builder.input(1), op.output_count);
  const int32_t* given_axis = constant_int32(*builder.input(2), 1);
  if (sizes == nullptr || given_axis == nullptr)
    return builder.fail("needs constant INT32 sizes, one per output, and a constant INT32 axis");
  int32_t axis = 0;
  if (Error error = check_axis(builder, *given_axis, builder.input(0)->shape.rank, axis))
    return error;
  for (int32_t i = 0; i < op.output_count; ++i) {
    const Shape& part = builder.output(i)->shape;
    if (axis >= part.rank || (sizes[i] != -1 && sizes[i] != part.dims[axis]))
      return builder.fail("has an output that is not of the size listed for it; it is number", i);
  }
  return split_outputs(op, builder, 0, axis, true);
}

}  // namespace solder
