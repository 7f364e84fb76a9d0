#include "tests/support/small_models.h"

#include <random>

#include "compiler/ir/elementwise.h"
#include "compiler/ir/recurrent.h"

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

compiler::ElementFunction function_of(OperatorType type) {
  return [type](compiler::GraphBuilder& builder, int x, const std::string& name) {
    return compiler::emit_unary(builder, type, x, name);
  };
}

}  // namespace

compiler::Graph recurrent_model(Recurrent kind) {
  constexpr int32_t kTimes = 28, kInputs = 28, kUnits = 16, kClasses = 10;
  std::minstd_rand random(kind == Recurrent::kLstm ? 3 : 4);
  const auto noise = [&random](int32_t count, float magnitude) {
    std::vector<float> values;
    for (int32_t i = 0; i < count; ++i)
      values.push_back(magnitude * (static_cast<float>(random() % 2001) / 1000.0F - 1.0F));
    return values;
  };
  const auto dense = [&](int32_t outputs, int32_t inputs, float magnitude) {
    return compiler::DenseWeights{noise(outputs * inputs, magnitude), noise(outputs, 0.1F)};
  };
  compiler::GraphBuilder builder;
  const int x = builder.graph().add_tensor({.name = "image", .shape = {3, {1, kTimes, kInputs}}});
  const compiler::RecurrentLayer layer = {.name = "rows", .x = x, .time_axis = 1, .units = kUnits};
  const auto logistic = function_of(OperatorType::LOGISTIC), tanh = function_of(OperatorType::TANH);
  int h = -1;
  if (kind == Recurrent::kLstm) {
    h = unroll(builder, layer,
               compiler::LstmWeights{dense(4 * kUnits, kInputs, 0.5F),
                                     dense(4 * kUnits, kUnits, 0.4F), logistic, tanh, tanh})
            .last_h;
  } else {
    h = unroll(builder, layer,
               compiler::GruWeights{.input_gates = dense(2 * kUnits, kInputs, 0.5F),
                                    .recurrent_gates = dense(2 * kUnits, kUnits, 0.4F),
                                    .input_candidate = dense(kUnits, kInputs, 0.5F),
                                    .recurrent_candidate = dense(kUnits, kUnits, 0.4F),
                                    .reset_after = true,
                                    .f = logistic,
                                    .g = tanh})
            .last_h;
  }
  compiler::Graph& graph = builder.graph();
  const auto constant = [&graph](const char* name, const Shape& shape,
                                 const std::vector<float>& values) {
    return graph.add_tensor(compiler::float_constant(name, shape, values));
  };
  const int w = constant("classes", {2, {kClasses, kUnits}}, noise(kClasses * kUnits, 1));
  const int b = constant("bias", {1, {kClasses}}, noise(kClasses, 0.1F));
  const int y =
      builder.emit(OperatorType::FULLY_CONNECTED, {h, w, b}, "scores", {2, {1, kClasses}});
  graph.inputs = {x};
  graph.outputs = {builder.emit(OperatorType::SOFTMAX, {y}, "output", {2, {1, kClasses}})};
  return std::move(graph);
}

compiler::Graph small_model(TensorType activations) { return Builder(activations).build(); }

}  // namespace solder::tests
