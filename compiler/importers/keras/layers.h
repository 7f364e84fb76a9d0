// The Keras layers that can be imported, by family. Each function reads a call of a layer, emits
// operators and returns the tensor of its result; it throws ModelError for what TensorFlow Lite's
// operators cannot express. To add a layer, write its function and name it in layers.cpp.
#pragma once

#include "compiler/importers/keras/layer.h"

namespace solder::compiler::keras {

using ImportLayer = int (*)(const Layer& layer);

// Throws ModelError that names the layer and what is supported, when its class is not.
ImportLayer find_layer_importer(const KerasLayer& layer);

// convolution.cpp
int import_conv(const Layer& layer);
int import_depthwise_conv(const Layer& layer);
int import_separable_conv(const Layer& layer);
// conv_transpose.cpp
int import_conv_transpose(const Layer& layer);
// recurrent.cpp
int import_recurrent(const Layer& layer);
int import_bidirectional(const Layer& layer);
int import_time_distributed(const Layer& layer);
// dense.cpp
int import_dense(const Layer& layer);
// batch_normalization.cpp
int import_batch_normalization(const Layer& layer);
// activation.cpp
int import_activation(const Layer& layer);
int import_activation_layer(const Layer& layer);  // ELU, LeakyReLU, ReLU, Softmax
int import_prelu(const Layer& layer);
// scaling.cpp
int import_rescaling(const Layer& layer);
int import_normalization(const Layer& layer);
// pooling.cpp
int import_max_pooling(const Layer& layer);
int import_average_pooling(const Layer& layer);
int import_global_max_pooling(const Layer& layer);
int import_global_average_pooling(const Layer& layer);
// shape.cpp: layers that move elements, and compute nothing
int import_flatten(const Layer& layer);
int import_reshape(const Layer& layer);
int import_permute(const Layer& layer);
int import_zero_padding(const Layer& layer);
int import_cropping(const Layer& layer);
int import_up_sampling(const Layer& layer);
int import_repeat_vector(const Layer& layer);
int import_embedding(const Layer& layer);
int import_no_op(const Layer& layer);
// merge.cpp
int import_add(const Layer& layer);
int import_subtract(const Layer& layer);
int import_multiply(const Layer& layer);
int import_maximum(const Layer& layer);
int import_minimum(const Layer& layer);
int import_average(const Layer& layer);
int import_concatenate(const Layer& layer);

}  // namespace solder::compiler::keras
