#include "tests/support/small_models.h"

#include <random>

namespace solder::tests {
namespace {

using compiler::Graph;
using compiler::Tensor;

class Builder {
 public:
  explicit Builder(TensorType activations) : type_(activations) {}

  int activation(const char* name, Shape shape, float scale = 0.05F, int64_t zero_point = 3) {
    Tensor tensor{.name = name, .type = type_, .shape = shape};
    if (is_quantized()) tensor.quantization = {{scale}, {is_wide() ? 0 : zero_point}};
    return graph_.add_tensor(std::move(tensor));
  }

  int weights(const char* name, Shape shape) {
    Tensor tensor{.name = name, .shape = shape};
    if (!is_quantized()) return add_random<float>(tensor);
    tensor.type = TensorType::INT8;
    tensor.quantization = {{0.02F}, {0}};
    return add_random<int8_t>(tensor);
  }

  int bias(const char* name, int32_t channels) {
    Tensor tensor{.name = name, .shape = {1, {channels}}};
    if (!is_quantized()) return add_random<float>(tensor);
    tensor.type = is_wide() ? TensorType::INT64 : TensorType::INT32;
    tensor.quantization = {{0.001F}, {0}};
    return is_wide() ? add_random<int64_t>(tensor) : add_random<int32_t>(tensor);
  }

  Graph build() {
    const int input = activation("input", {4, {1, 6, 6, 2}});
    const int conv = activation("conv", {4, {1, 4, 4, 3}});
    const int pool = activation("pool", {4, {1, 2, 2, 3}});
    const int flat = activation("flat", {2, {1, 12}});
    const int dense = activation("dense", {2, {1, 4}});
    const int softmax =
        activation("softmax", {2, {1, 4}}, is_wide() ? 1.0F / 32768 : 1.0F / 256, -128);
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
  bool is_quantized() const { return type_ != TensorType::FLOAT32; }
  bool is_wide() const { return type_ == TensorType::INT16; }

  template <class T>
  int add_random(Tensor& tensor) {
    tensor.data.resize(static_cast<size_t>(tensor.bytes()));
    for (T& value : tensor.values<T>()) {
      if constexpr (std::is_same_v<T, float>)
        value = static_cast<float>(random_() % 2001) / 1000.0F - 1.0F;
      else
        value = static_cast<T>(random_() % 500);
    }
    return graph_.add_tensor(std::move(tensor));
  }

  TensorType type_;
  Graph graph_;
  std::minstd_rand random_{1};
};

}  // namespace

compiler::Graph small_model(TensorType activations) { return Builder(activations).build(); }

}  // namespace solder::tests
