#include "compiler/importers/keras/layers.h"

#include <algorithm>
#include <iterator>

namespace solder::compiler::keras {
namespace {

struct Entry {
  const char* class_name;
  ImportLayer import;
};

constexpr Entry kLayers[] = {
    {"Activation", import_activation},
    {"ActivityRegularization", import_no_op},
    {"Add", import_add},
    {"AlphaDropout", import_no_op},
    {"Average", import_average},
    {"AveragePooling1D", import_average_pooling},
    {"AveragePooling2D", import_average_pooling},
    {"BatchNormalization", import_batch_normalization},
    {"Bidirectional", import_bidirectional},
    {"Concatenate", import_concatenate},
    {"Conv1D", import_conv},
    {"Conv1DTranspose", import_conv_transpose},
    {"Conv2D", import_conv},
    {"Conv2DTranspose", import_conv_transpose},
    {"Cropping1D", import_cropping},
    {"Cropping2D", import_cropping},
    {"Dense", import_dense},
    {"DepthwiseConv1D", import_depthwise_conv},
    {"DepthwiseConv2D", import_depthwise_conv},
    {"Dropout", import_no_op},
    {"ELU", import_activation_layer},
    {"Embedding", import_embedding},
    {"Flatten", import_flatten},
    {"GRU", import_recurrent},
    {"GaussianDropout", import_no_op},
    {"GaussianNoise", import_no_op},
    {"GlobalAveragePooling1D", import_global_average_pooling},
    {"GlobalAveragePooling2D", import_global_average_pooling},
    {"GlobalMaxPooling1D", import_global_max_pooling},
    {"GlobalMaxPooling2D", import_global_max_pooling},
    {"LSTM", import_recurrent},
    {"LeakyReLU", import_activation_layer},
    {"MaxPooling1D", import_max_pooling},
    {"MaxPooling2D", import_max_pooling},
    {"Maximum", import_maximum},
    {"Minimum", import_minimum},
    {"Multiply", import_multiply},
    {"Normalization", import_normalization},
    {"PReLU", import_prelu},
    {"Permute", import_permute},
    {"ReLU", import_activation_layer},
    {"RepeatVector", import_repeat_vector},
    {"Rescaling", import_rescaling},
    {"Reshape", import_reshape},
    {"SeparableConv1D", import_separable_conv},
    {"SeparableConv2D", import_separable_conv},
    {"SimpleRNN", import_recurrent},
    {"Softmax", import_activation_layer},
    {"SpatialDropout1D", import_no_op},
    {"SpatialDropout2D", import_no_op},
    {"Subtract", import_subtract},
    {"TimeDistributed", import_time_distributed},
    {"UpSampling1D", import_up_sampling},
    {"UpSampling2D", import_up_sampling},
    {"ZeroPadding1D", import_zero_padding},
    {"ZeroPadding2D", import_zero_padding},
};

std::string supported_layers() {
  std::string names = "InputLayer";
  for (const Entry& entry : kLayers) names += std::string(", ") + entry.class_name;
  return names;
}

}  // namespace

ImportLayer find_layer_importer(const KerasLayer& layer) {
  const auto* found = std::ranges::find(kLayers, layer.class_name, &Entry::class_name);
  if (found == std::end(kLayers))
    throw ModelError(fmt::format("layer \"{}\" is a {}, which is not supported; supported are {}",
                                 layer.name, layer.class_name, supported_layers()));
  return found->import;
}

}  // namespace solder::compiler::keras
