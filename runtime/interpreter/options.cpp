#include "runtime/interpreter/options.h"

namespace solder {
namespace {

Error read_activation(schema::ActivationFunctionType from, Options& to) {
  if (from < schema::ActivationFunctionType_NONE || from > schema::ActivationFunctionType_RELU6)
    return {.message = "has a fused activation other than NONE, RELU, RELU_N1_TO_1 and RELU6:",
            .detail = from};
  to.activation = static_cast<Activation>(from);
  return {};
}

template <class Window>
Error read_window(const Window& from, Options& to) {
  if (from.padding() != schema::Padding_SAME && from.padding() != schema::Padding_VALID)
    return {.message = "has a padding other than SAME and VALID:", .detail = from.padding()};
  to.padding = static_cast<Padding>(from.padding());
  to.stride_h = from.stride_h();
  to.stride_w = from.stride_w();
  return read_activation(from.fused_activation_function(), to);
}

template <class Convolution>
Error read_convolution(const Convolution& from, Options& to) {
  to.dilation_h = from.dilation_h_factor();
  to.dilation_w = from.dilation_w_factor();
  return read_window(from, to);
}

template <class Resize>
Error read_resize(const Resize& from, Options& to) {
  to.align_corners = from.align_corners();
  to.half_pixel_centers = from.half_pixel_centers();
  return {};
}

Error read_strided_slice(const schema::StridedSliceOptions& from, Options& to) {
  if (from.offset()) return {.message = "has ends that count from begin, which is not supported"};
  to.begin_mask = from.begin_mask();
  to.end_mask = from.end_mask();
  to.ellipsis_mask = from.ellipsis_mask();
  to.new_axis_mask = from.new_axis_mask();
  to.shrink_axis_mask = from.shrink_axis_mask();
  return {};
}

Error read_mirror_pad(const schema::MirrorPadOptions& from, Options& to) {
  if (from.mode() != schema::MirrorPadMode_REFLECT &&
      from.mode() != schema::MirrorPadMode_SYMMETRIC)
    return {.message = "has a mode other than REFLECT and SYMMETRIC:", .detail = from.mode()};
  to.mirror_mode = static_cast<MirrorPadMode>(from.mode());
  return {};
}

}  // namespace

Error read_options(const schema::Operator& from, Options& to) {
  if (const auto* conv = from.builtin_options_as_Conv2DOptions())
    return read_convolution(*conv, to);
  if (const auto* depthwise = from.builtin_options_as_DepthwiseConv2DOptions())
    return read_convolution(*depthwise, to);
  if (const auto* transpose = from.builtin_options_as_TransposeConvOptions())
    return read_window(*transpose, to);
  if (const auto* pool = from.builtin_options_as_Pool2DOptions()) {
    to.filter_h = pool->filter_height();
    to.filter_w = pool->filter_width();
    return read_window(*pool, to);
  }
  if (const auto* dense = from.builtin_options_as_FullyConnectedOptions()) {
    if (dense->weights_format() != 0)
      return {.message = "has shuffled weights; export plain ones; its format is",
              .detail = dense->weights_format()};
    to.keep_dims = dense->keep_num_dims();
    return read_activation(dense->fused_activation_function(), to);
  }
  if (const auto* resize = from.builtin_options_as_ResizeBilinearOptions())
    return read_resize(*resize, to);
  if (const auto* resize = from.builtin_options_as_ResizeNearestNeighborOptions())
    return read_resize(*resize, to);
  if (const auto* slice = from.builtin_options_as_StridedSliceOptions())
    return read_strided_slice(*slice, to);
  if (const auto* mirror = from.builtin_options_as_MirrorPadOptions())
    return read_mirror_pad(*mirror, to);
  if (const auto* softmax = from.builtin_options_as_SoftmaxOptions()) {
    to.beta = softmax->beta();
  } else if (const auto* concatenation = from.builtin_options_as_ConcatenationOptions()) {
    to.axis = concatenation->axis();
    return read_activation(concatenation->fused_activation_function(), to);
  } else if (const auto* add = from.builtin_options_as_AddOptions()) {
    return read_activation(add->fused_activation_function(), to);
  } else if (const auto* sub = from.builtin_options_as_SubOptions()) {
    return read_activation(sub->fused_activation_function(), to);
  } else if (const auto* mul = from.builtin_options_as_MulOptions()) {
    return read_activation(mul->fused_activation_function(), to);
  } else if (const auto* div = from.builtin_options_as_DivOptions()) {
    return read_activation(div->fused_activation_function(), to);
  } else if (const auto* reducer = from.builtin_options_as_ReducerOptions()) {
    to.keep_dims = reducer->keep_dims();
  } else if (const auto* gather = from.builtin_options_as_GatherOptions()) {
    to.axis = gather->axis();
    to.batch_dims = gather->batch_dims();
  } else if (const auto* pack = from.builtin_options_as_PackOptions()) {
    to.axis = pack->axis();
  } else if (const auto* unpack = from.builtin_options_as_UnpackOptions()) {
    to.axis = unpack->axis();
  } else if (const auto* to_depth = from.builtin_options_as_SpaceToDepthOptions()) {
    to.block_size = to_depth->block_size();
  } else if (const auto* to_space = from.builtin_options_as_DepthToSpaceOptions()) {
    to.block_size = to_space->block_size();
  } else if (const auto* leaky_relu = from.builtin_options_as_LeakyReluOptions()) {
    to.alpha = leaky_relu->alpha();
  } else if (const auto* gelu = from.builtin_options_as_GeluOptions()) {
    to.approximate = gelu->approximate();
  }
  return {};
}

}  // namespace solder
