// Rewrites of a graph that keep what it computes: exactly for integers, up to the rounding of
// folded constants for floats. Each pass takes a graph that passes validate() and leaves one; each
// returns whether it changed anything.
#pragma once

#include "compiler/ir/graph.h"

namespace solder::compiler {

// RESHAPE, TRANSPOSE and PAD of constants become constants.
bool fold_constants(Graph& graph);

// RESHAPE and TRANSPOSE that change nothing go, chains of them become one, a TRANSPOSE that moves
// no element becomes a RESHAPE, and a FULLY_CONNECTED reads what was reshaped for it as it is.
bool remove_no_ops(Graph& graph);

// A depthwise convolution by one constant factor for each channel (a batch normalization) goes into
// the float weights and bias of the CONV_2D, DEPTHWISE_CONV_2D or FULLY_CONNECTED before it.
bool fold_batch_norm(Graph& graph);

// An ADD of one constant for each channel goes into the float bias of the operator before it.
bool fold_bias_add(Graph& graph);

// RELU, RELU6 and RELU_N1_TO_1 go into the operator before them, past RESHAPEs. Quantized ones only
// where the tensors before and behind have one quantization, so that no value is rounded twice.
bool fuse_activations(Graph& graph);

// A FULLY_CONNECTED of a TRANSPOSE reads what was transposed, with the columns of its weights in
// that order.
bool fold_transpose(Graph& graph);

// PAD before a VALID convolution becomes SAME padding where that pads the same.
bool fold_pad(Graph& graph);

// Channels go that nobody reads, and those that hold one value whatever the input is (their filter
// is zero) where readers can do without: what they add to integer sums goes into the bias, floats
// are left out where they add zeros. The same bytes result, for finite floats.
bool remove_dead_channels(Graph& graph);

// All of the above, and removal of what nobody reads; kStay, for who compares layers, leaves
// out what changes the shapes of activations. Ends with a graph that passes validate().
enum class Shapes { kMayShrink, kStay };
void run_passes(Graph& graph, Shapes shapes = Shapes::kMayShrink);

// Operators between DEQUANTIZE and QUANTIZE compute with INT8, keeping every scale; what moves or
// selects values does so without a QUANTIZE. Not among run_passes(), for sums are rounded as INT8
// kernels do it, not as floats are: it is for models that mean INT8 and say it so (QDQ).
bool use_integer_operators(Graph& graph);

// Rows and columns that no reader's window reaches are not computed, on to those of the inputs.
// Not among run_passes(), for a .tflite cannot say it: operators become Options::cropped.
bool crop_unread(Graph& graph);

// Operators run in an order with which less is in memory at one time, where the search finds one.
// Not among run_passes(): whoever compares layers wants them in the model's order.
bool order_operators(Graph& graph);

}  // namespace solder::compiler
