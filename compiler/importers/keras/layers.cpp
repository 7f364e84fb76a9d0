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
    {"AveragePooling1D", import_average_pooling},
    {"AveragePooling2D", import_average_pooling},
    {"BatchNormalization", import_batch_normalization},
    {"Concatenate", import_concatenate},
    {"Conv1D", import_conv},
    {"Conv2D", import_conv},
    {"Cropping1D", import_cropping},
    {"Cropping2D", import_cropping},
    {"Dense", import_dense},
    {"DepthwiseConv1D", import_depthwise_conv},
    {"DepthwiseConv2D", import_depthwise_conv},
    {"Dropout", import_no_op},
    {"Embedding", import_embedding},
    {"Flatten", import_flatten},
    {"GaussianDropout", import_no_op},
    {"GaussianNoise", import_no_op},
    {"GlobalAveragePooling1D", import_global_average_pooling},
    {"GlobalAveragePooling2D", import_global_average_pooling},
    {"GlobalMaxPooling1D", import_global_max_pooling},
    {"GlobalMaxPooling2D", import_global_max_pooling},
    {"MaxPooling1D", import_max_pooling},
    {"MaxPooling2D", import_max_pooling},
    {"Permute", import_permute},
    {"ReLU", import_relu},
    {"RepeatVector", import_repeat_vector},
    {"Reshape", import_reshape},
    {"SeparableConv1D", import_separable_conv},
    {"SeparableConv2D", import_separable_conv},
    {"Softmax", import_softmax},
    {"SpatialDropout1D", import_no_op},
    {"SpatialDropout2D", import_no_op},
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
