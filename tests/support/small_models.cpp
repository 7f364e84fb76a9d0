#include "tests/support/small_models.h"

#include <random>

namespace solder::tests {
namespace {

using compiler::Graph;
using compiler::Tensor;

class Builder {
 public:
  explicit Builder(bool quantized) : quantized_(quantized) {}

  int activation(const char* name, Shape shape, float scale = 0.05F, int64_t zero_point = 3) {
    Tensor tensor{.name = name, .type = type(), .shape = shape};
    if (quantized_) tensor.quantization = {{scale}, {zero_point}};
    return graph_.add_tensor(std::move(tensor));
  }

  int weights(const char* name, Shape shape) {
    Tensor tensor{.name = name, .type = type(), .shape = shape};
    if (quantized_) tensor.quantization = {{0.02F}, {0}};
    tensor.data.resize(static_cast<size_t>(tensor.bytes()));
    if (quantized_)
      for (int8_t& value : tensor.values<int8_t>()) value = static_cast<int8_t>(random_());
    else
      for (float& value : tensor.values<float>()) value = uniform();
    return graph_.add_tensor(std::move(tensor));
  }

  int bias(const char* name, int32_t channels) {
    Tensor tensor{.name = name,
                  .type = quantized_ ? TensorType::INT32 : TensorType::FLOAT32,
                  .shape = {1, {channels}}};
    if (quantized_) tensor.quantization = {{0.001F}, {0}};
    tensor.data.resize(static_cast<size_t>(tensor.bytes()));
    if (quantized_)
      for (int32_t& value : tensor.values<int32_t>()) value = static_cast<int32_t>(random_() % 500);
    else
      for (float& value : tensor.values<float>()) value = uniform();
    return graph_.add_tensor(std::move(tensor));
  }

  Graph build() {
    const int input = activation("input", {4, {1, 6, 6, 2}});
    const int conv = activation("conv", {4, {1, 4, 4, 3}});
    const int pool = activation("pool", {4, {1, 2, 2, 3}});
    const int flat = activation("flat", {2, {1, 12}});
    const int dense = activation("dense", {2, {1, 4}});
    const int softmax = activation("softmax", {2, {1, 4}}, 1.0F / 256, -128);
    Options options{.activation = Activation::RELU, .padding = Padding::VALID};
    graph_.operators.push_back({OperatorType::CONV_2D,
                                {input, weights("filter", {4, {3, 3, 3, 2}}), bias("bias", 3)},
                                {conv},
                                options});
    options = {
        .padding = Padding::VALID, .stride_h = 2, .stride_w = 2, .filter_h = 2, .filter_w = 2};
    graph_.operators.push_back({OperatorType::MAX_POOL_2D, {conv}, {pool}, options});
    const int32_t shape[] = {1, 12};
    const int shape_tensor = graph_.add_tensor(compiler::int32_constant("shape", shape));
    graph_.operators.push_back({OperatorType::RESHAPE, {pool, shape_tensor}, {flat}, {}});
    graph_.operators.push_back({OperatorType::FULLY_CONNECTED,
                                {flat, weights("matrix", {2, {4, 12}}), bias("offset", 4)},
                                {dense},
                                {}});
    graph_.operators.push_back({OperatorType::SOFTMAX, {dense}, {softmax}, {}});
    graph_.inputs = {input};
    graph_.outputs = {softmax};
    return graph_;
  }

 private:
  TensorType type() const { return quantized_ ? TensorType::INT8 : TensorType::FLOAT32; }
  float uniform() { return static_cast<float>(random_() % 2001) / 1000.0F - 1.0F; }

  bool quantized_;
  Graph graph_;
  std::minstd_rand random_{1};
};

}  // namespace

compiler::Graph small_float_model() { return Builder(false).build(); }
compiler::Graph small_int8_model() { return Builder(true).build(); }

}  // namespace solder::tests
