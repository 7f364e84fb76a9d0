#include "runtime/kernels/move.h"

namespace solder {
namespace {

static_assert(kShapeRank == kMaxRank);

bool is_quantized(TensorType type) {
  return type == TensorType::INT8 || type == TensorType::UINT8 || type == TensorType::INT16;
}

// The same block in as few dimensions as can be.
Block merged(const Block& block) {
  Block result = block;
  result.rank = 0;
  for (int32_t i = 0; i < block.rank; ++i) {
    if (block.dims[i] == 1) continue;
    const int32_t last = result.rank - 1;
    const bool continues = last >= 0 &&
                           result.input_strides[last] == block.dims[i] * block.input_strides[i] &&
                           result.output_strides[last] == block.dims[i] * block.output_strides[i];
    const int32_t at = continues ? last : result.rank++;
    result.dims[at] = continues ? result.dims[at] * block.dims[i] : block.dims[i];
    result.input_strides[at] = block.input_strides[i];
    result.output_strides[at] = block.output_strides[i];
  }
  return result;
}

KernelId strided_copy_of(int32_t element_bytes) {
  if (element_bytes == 4) return KernelId::strided_copy_b32;
  return element_bytes == 2 ? KernelId::strided_copy_b16 : KernelId::strided_copy_b8;
}

}  // namespace

Error check_moves(const StepBuilder& builder, const TensorView& from, const TensorView& to) {
  const int32_t bytes = size_of(from.type);
  if (from.type != to.type || (bytes != 1 && bytes != 2 && bytes != 4))
    return builder.fail("needs one type, of 1, 2 or 4 bytes, for what it moves");
  const Quantization &a = from.quantization, &b = to.quantization;
  if (!is_quantized(from.type) || (a.count == 0 && b.count == 0)) return {};
  if (a.count != 1 || b.count != 1 || !same_quantization(from, to))
    return builder.fail("needs the same scale and zero point for every input and output");
  return {};
}

Error check_axis(const StepBuilder& builder, int32_t given, int32_t rank, int32_t& axis) {
  if (given < -rank || given >= rank) return builder.fail("has an axis out of range:", given);
  axis = given < 0 ? given + rank : given;
  return {};
}

const int32_t* constant_int32(const TensorView& tensor, int64_t count) {
  if (!tensor.is_constant() || tensor.type != TensorType::INT32 || tensor.shape.elements() != count)
    return nullptr;
  return static_cast<const int32_t*>(tensor.data);
}

void dense_strides(const Shape& shape, int32_t (&strides)[kMaxRank]) {
  for (int32_t i = shape.rank - 1, stride = 1; i >= 0; --i) {
    strides[i] = stride;
    stride *= shape.dims[i];
  }
}

Error emit_copy(StepBuilder& builder, StepBuilder::Source from, StepBuilder::Source to,
                TensorType type, const Block& block) {
  const Block b = merged(block);
  const int32_t inner = b.rank - 1;
  const int32_t bytes = size_of(type);
  const bool has_rows = inner < 0 || (b.input_strides[inner] == 1 && b.output_strides[inner] == 1);
  // Adjacent elements are bytes, whatever their width.
  const int32_t unit = has_rows ? bytes : 1;
  if (has_rows && b.rank <= 2) {
    auto* params = builder.params<CopyParams>();
    if (params == nullptr) return builder.no_memory();
    *params = {.rows = b.rank == 2 ? b.dims[0] : 1,
               .row_bytes = (b.rank == 0 ? 1 : b.dims[inner]) * unit,
               .input_start = b.input_start * unit,
               .input_stride = b.rank == 2 ? b.input_strides[0] * unit : 0,
               .output_start = b.output_start * unit,
               .output_stride = b.rank == 2 ? b.output_strides[0] * unit : 0};
    return builder.emit(KernelId::copy_b8, params, {from, to});
  }
  auto* params = builder.params<StridedCopyParams>();
  if (params == nullptr) return builder.no_memory();
  const int32_t lead = kShapeRank - b.rank;
  for (int32_t i = 0; i < kShapeRank; ++i) {
    params->dims[i] = 1;
    if (i < lead) continue;
    params->dims[i] = b.dims[i - lead];
    params->input_strides[i] = b.input_strides[i - lead] * unit;
    params->output_strides[i] = b.output_strides[i - lead] * unit;
  }
  if (has_rows) {
    params->dims[kShapeRank - 1] *= bytes;
    params->input_strides[kShapeRank - 1] = params->output_strides[kShapeRank - 1] = 1;
  }
  params->input_start = b.input_start * unit;
  params->output_start = b.output_start * unit;
  return builder.emit(strided_copy_of(has_rows ? 1 : bytes), params, {from, to});
}

}  // namespace solder
