#include "runtime/kernels/prepare.h"

#include "runtime/kernels/checks.h"

namespace solder {
namespace {

static_assert(kShapeRank == kMaxRank);

// FLOAT32 or INT8, the same for both; INT8 with the same quantization.
Error check_same_type(const StepBuilder& builder, const TensorView& input) {
  const TensorView& output = *builder.output(0);
  if (input.type == TensorType::FLOAT32 && output.type == TensorType::FLOAT32) return {};
  if (!is_per_tensor_s8(input) || !is_per_tensor_s8(output))
    return builder.fail("needs FLOAT32 throughout, or INT8 with valid quantization throughout");
  if (!same_quantization(input, output))
    return builder.fail("needs the same scale and zero point for every input and the output");
  return {};
}

// A constant INT32 tensor of `count` elements, or null.
const int32_t* constant_int32(const TensorView& tensor, int64_t count) {
  if (!tensor.is_constant() || tensor.type != TensorType::INT32 || tensor.shape.elements() != count)
    return nullptr;
  return static_cast<const int32_t*>(tensor.data);
}

}  // namespace

Error prepare_reshape(const OperatorView& op, StepBuilder& builder) {
  if (Error error = check_arity(builder, op, 1)) return error;
  const TensorView& input = *builder.input(0);
  const TensorView& output = *builder.output(0);
  if (input.type != output.type || input.bytes != output.bytes)
    return builder.fail("needs an output of the input's type and number of elements");
  return builder.view(0, 0);
}

Error prepare_pad(const OperatorView& op, StepBuilder& builder) {
  if (Error error = check_arity(builder, op, 2)) return error;
  const TensorView& input = *builder.input(0);
  const TensorView& output = *builder.output(0);
  const int32_t rank = input.shape.rank;
  const int32_t* paddings = constant_int32(*builder.input(1), int64_t{2} * rank);
  if (paddings == nullptr || output.shape.rank != rank)
    return builder.fail(
        "needs constant INT32 paddings, two per dimension, and an output of the "
        "input's rank");
  if (Error error = check_same_type(builder, input)) return error;
  auto* params = builder.params<PadParams>();
  if (params == nullptr) return builder.no_memory();
  const int32_t lead = kShapeRank - rank;
  for (int32_t i = 0; i < kShapeRank; ++i) {
    params->input_dims[i] = i < lead ? 1 : input.shape.dims[i - lead];
    if (i < lead) continue;
    const int32_t before = paddings[2 * (i - lead)], after = paddings[2 * (i - lead) + 1];
    if (before < 0 || after < 0 ||
        int64_t{before} + after + input.shape.dims[i - lead] != output.shape.dims[i - lead])
      return builder.fail("has an output shape that does not follow from its input and paddings");
    params->before[i] = before;
    params->after[i] = after;
  }
  const bool is_f32 = input.type == TensorType::FLOAT32;
  params->value = is_f32 ? 0 : zero_point_of(output);
  using B = StepBuilder;
  return builder.emit(is_f32 ? KernelId::pad_b32 : KernelId::pad_b8, params, {B::in(0), B::out(0)});
}

Error prepare_transpose(const OperatorView& op, StepBuilder& builder) {
  if (Error error = check_arity(builder, op, 2)) return error;
  const TensorView& input = *builder.input(0);
  const TensorView& output = *builder.output(0);
  const int32_t rank = input.shape.rank;
  const int32_t* permutation = constant_int32(*builder.input(1), rank);
  if (permutation == nullptr || output.shape.rank != rank)
    return builder.fail("needs a constant INT32 permutation and an output of the input's rank");
  if (Error error = check_same_type(builder, input)) return error;
  auto* params = builder.params<TransposeParams>();
  if (params == nullptr) return builder.no_memory();
  int32_t strides[kMaxRank] = {};
  for (int32_t i = rank - 1, stride = 1; i >= 0; --i) {
    strides[i] = stride;
    stride *= input.shape.dims[i];
  }
  const int32_t lead = kShapeRank - rank;
  uint32_t seen = 0;
  for (int32_t i = 0; i < kShapeRank; ++i) {
    params->output_dims[i] = 1;
    if (i < lead) continue;
    const int32_t from = permutation[i - lead];
    if (from < 0 || from >= rank || (seen >> from & 1) != 0)
      return builder.fail("has a permutation that does not name every dimension once");
    seen |= 1U << from;
    if (output.shape.dims[i - lead] != input.shape.dims[from])
      return builder.fail("has an output shape that does not follow from its permutation");
    params->output_dims[i] = output.shape.dims[i - lead];
    params->input_strides[i] = strides[from];
  }
  using B = StepBuilder;
  const bool is_f32 = input.type == TensorType::FLOAT32;
  return builder.emit(is_f32 ? KernelId::transpose_b32 : KernelId::transpose_b8, params,
                      {B::in(0), B::out(0)});
}

// One step per input: its rows are copied into every output row.
Error prepare_concatenation(const OperatorView& op, StepBuilder& builder) {
  if (Error error = check_arity(builder, op, op.input_count)) return error;
  if (op.input_count < 1) return builder.fail("has no inputs");
  if (op.options.activation != Activation::NONE)
    return builder.fail("has a fused activation, which CONCATENATION does not support");
  const TensorView& output = *builder.output(0);
  const int32_t rank = output.shape.rank;
  if (op.options.axis < -rank || op.options.axis >= rank)
    return builder.fail("has an axis outside its output's rank:", op.options.axis);
  const int32_t axis = op.options.axis < 0 ? op.options.axis + rank : op.options.axis;

  int32_t inner_bytes = size_of(output.type), rows = 1;
  for (int32_t i = 0; i < axis; ++i) rows *= output.shape.dims[i];
  for (int32_t i = axis + 1; i < rank; ++i) inner_bytes *= output.shape.dims[i];
  int64_t covered = 0;
  for (int32_t n = 0; n < op.input_count; ++n) {
    const TensorView& input = *builder.input(n);
    if (Error error = check_same_type(builder, input)) return error;
    Shape expected = output.shape;
    if (input.shape.rank == rank) expected.dims[axis] = input.shape.dims[axis];
    if (!(input.shape == expected))
      return builder.fail(
          "has an input whose shape differs from the output's beyond the axis; "
          "it is number",
          n);
    const int64_t start = covered;
    covered += input.shape.dims[axis];
    if (covered > output.shape.dims[axis])
      return builder.fail("has more input along its axis than the output holds:", covered);
    auto* params = builder.params<CopyParams>();
    if (params == nullptr) return builder.no_memory();
    *params = {.rows = rows,
               .row_bytes = input.shape.dims[axis] * inner_bytes,
               .output_start = static_cast<int32_t>(start) * inner_bytes,
               .output_stride = output.shape.dims[axis] * inner_bytes};
    using B = StepBuilder;
    if (Error error = builder.emit(KernelId::copy_b8, params, {B::in(n), B::out(0)})) return error;
  }
  if (covered != output.shape.dims[axis])
    return builder.fail("has less input along its axis than the output holds:", covered);
  return {};
}

}  // namespace solder
