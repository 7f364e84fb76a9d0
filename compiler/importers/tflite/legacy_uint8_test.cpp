// Legacy models against an implementation of their own, which computes with UINT8 and knows
// nothing of INT8: TensorFlow Lite's first quantized kernels as its documentation and its
// reference_ops describe them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "compiler/exporters/tflite/tflite_exporter.h"
#include "compiler/importers/tflite/tflite_importer.h"
#include "compiler/ir/padding.h"
#include "compiler/passes/passes.h"
#include "compiler/planning/executable.h"
#include "compiler/testing/graphs.h"
#include "runtime/interpreter/interpreter.h"
#include "runtime/kernels/kernel_list.h"
#include "schema/tflite_generated.h"

namespace solder::compiler {
namespace {

using namespace testing;
using ::testing::HasSubstr;
using Bytes = std::vector<uint8_t>;

// x * factor with gemmlowp's two roundings.
int64_t multiplied(int64_t x, double factor) {
  int exponent = 0;
  auto mantissa = static_cast<int64_t>(std::llround(std::frexp(factor, &exponent) * 0x1p31));
  if (mantissa == int64_t{1} << 31) mantissa /= 2, ++exponent;
  const int left = std::max(exponent, 0), right = std::max(-exponent, 0);
  const int64_t product = x * (int64_t{1} << left) * mantissa;
  const auto high =
      static_cast<int64_t>(std::floor((static_cast<long double>(product)) / 0x1p31L + 0.5L));
  const int64_t magnitude = (std::abs(high) + (right > 0 ? int64_t{1} << (right - 1) : 0)) >> right;
  return high < 0 ? -magnitude : magnitude;
}

// Of a UINT8 tensor.
struct Scale {
  float scale;
  int32_t zero_point;
};

struct Range {
  int64_t min = 0, max = 255;
};

Range range_of(Activation activation, const Scale& s) {
  const auto level = [&](float x) { return s.zero_point + std::lround(x / s.scale); };
  Range range;
  if (activation != Activation::NONE) range.min = std::max<int64_t>(0, level(0));
  if (activation == Activation::RELU6) range.max = std::min<int64_t>(255, level(6));
  return range;
}

uint8_t clamped(int64_t value, const Range& range = {}) {
  return static_cast<uint8_t>(std::clamp(value, range.min, range.max));
}

// A legacy model of one operator after the other, and what each makes of the input.
class Legacy {
 public:
  explicit Legacy(uint32_t seed) : random_(seed) {}

  Graph graph;
  std::vector<Bytes> values;  // of each activation that is computed, by tensor

  int input(const Shape& shape) {
    const int x = activation(shape, some_scale());
    graph.inputs.push_back(x);
    values[x] = noise(shape.elements());
    return x;
  }

  int conv(int x, int32_t outputs, int32_t size, int32_t stride, Padding padding, bool is_depthwise,
           Activation act) {
    const Shape in = graph.tensors[x].shape;
    const int32_t channels = is_depthwise ? in.dims[3] * outputs : outputs;
    const Shape filter = is_depthwise ? Shape{4, {1, size, size, channels}}
                                      : Shape{4, {outputs, size, size, in.dims[3]}};
    const int w = constant(filter), b = bias(channels, x, w);
    const auto padded = [&](int d) {
      return padding == Padding::SAME ? same_padding(in.dims[d], size, stride)
                                      : explicit_padding(in.dims[d], size, stride, 0, 0);
    };
    const Shape out{4, {1, int32_t(padded(1).outputs), int32_t(padded(2).outputs), channels}};
    const int y =
        emit(is_depthwise ? OperatorType::DEPTHWISE_CONV_2D : OperatorType::CONV_2D, {x, w, b}, out,
             wide_scale(),
             {.activation = act, .padding = padding, .stride_h = stride, .stride_w = stride});
    const Range range = range_of(act, scale_of(y));
    for (int oy = 0; oy < out.dims[1]; ++oy)
      for (int ox = 0; ox < out.dims[2]; ++ox)
        for (int c = 0; c < channels; ++c) {
          int64_t sum = graph.tensors[b].values<int32_t>()[c];
          for (int ky = 0; ky < size; ++ky)
            for (int kx = 0; kx < size; ++kx) {
              const int64_t iy = oy * stride + ky - padded(1).before;
              const int64_t ix = ox * stride + kx - padded(2).before;
              if (iy < 0 || ix < 0 || iy >= in.dims[1] || ix >= in.dims[2]) continue;
              const int64_t pixel = (iy * in.dims[2] + ix) * in.dims[3];
              if (is_depthwise) {
                sum += level(x, pixel + c / outputs) * level(w, (ky * size + kx) * channels + c);
                continue;
              }
              for (int i = 0; i < in.dims[3]; ++i)
                sum +=
                    level(x, pixel + i) * level(w, ((c * size + ky) * size + kx) * in.dims[3] + i);
            }
          values[y].push_back(weighted(sum, x, w, y, range));
        }
    return y;
  }

  int dense(int x, int32_t outputs) {
    const auto inputs = static_cast<int32_t>(graph.tensors[x].shape.elements());
    const int w = constant({2, {outputs, inputs}}), b = bias(outputs, x, w);
    const int y = emit(OperatorType::FULLY_CONNECTED, {x, w, b}, {2, {1, outputs}}, wide_scale());
    for (int out = 0; out < outputs; ++out) {
      int64_t sum = graph.tensors[b].values<int32_t>()[out];
      for (int i = 0; i < inputs; ++i) sum += level(x, i) * level(w, out * inputs + i);
      values[y].push_back(weighted(sum, x, w, y, {}));
    }
    return y;
  }

  int pool(int x, OperatorType type, int32_t size, Padding padding) {
    const Shape in = graph.tensors[x].shape;
    const auto padded = [&](int d) {
      return padding == Padding::SAME ? same_padding(in.dims[d], size, 2)
                                      : explicit_padding(in.dims[d], size, 2, 0, 0);
    };
    const Shape out{4, {1, int32_t(padded(1).outputs), int32_t(padded(2).outputs), in.dims[3]}};
    const int y = emit(
        type, {x}, out, scale_of(x),
        {.padding = padding, .stride_h = 2, .stride_w = 2, .filter_h = size, .filter_w = size});
    for (int oy = 0; oy < out.dims[1]; ++oy)
      for (int ox = 0; ox < out.dims[2]; ++ox)
        for (int c = 0; c < in.dims[3]; ++c) {
          int sum = 0, count = 0, max = 0;
          for (int ky = 0; ky < size; ++ky)
            for (int kx = 0; kx < size; ++kx) {
              const int64_t iy = oy * 2 + ky - padded(1).before;
              const int64_t ix = ox * 2 + kx - padded(2).before;
              if (iy < 0 || ix < 0 || iy >= in.dims[1] || ix >= in.dims[2]) continue;
              const int value = values[x][(iy * in.dims[2] + ix) * in.dims[3] + c];
              sum += value, ++count, max = std::max(max, value);
            }
          values[y].push_back(
              clamped(type == OperatorType::MAX_POOL_2D ? max : (sum + count / 2) / count));
        }
    return y;
  }

  int add(int a, int b, Activation act) {
    const int y =
        emit(OperatorType::ADD, {a, b}, graph.tensors[a].shape, some_scale(), {.activation = act});
    const double twice = 2.0 * std::max(scale_of(a).scale, scale_of(b).scale);
    const double back = twice / ((1 << 20) * double{scale_of(y).scale});
    for (size_t i = 0; i < values[a].size(); ++i) {
      const int64_t sum =
          multiplied(level(a, int64_t(i)) * (1 << 20), double{scale_of(a).scale} / twice) +
          multiplied(level(b, int64_t(i)) * (1 << 20), double{scale_of(b).scale} / twice);
      values[y].push_back(
          clamped(multiplied(sum, back) + scale_of(y).zero_point, range_of(act, scale_of(y))));
    }
    return y;
  }

  int mean(int x) {
    const Shape in = graph.tensors[x].shape;
    const int32_t pixels = in.dims[1] * in.dims[2];
    const int y = emit(OperatorType::MEAN, {x, add_int32_constant(graph, {1, 2})},
                       {4, {1, 1, 1, in.dims[3]}}, some_scale(), {.keep_dims = true});
    const Scale from = scale_of(x), to = scale_of(y);
    const auto shift =
        static_cast<int32_t>(static_cast<float>(from.zero_point) * from.scale / to.scale);
    const float factor = from.scale / (static_cast<float>(pixels) * to.scale);
    for (int c = 0; c < in.dims[3]; ++c) {
      int64_t sum = 0;
      for (int p = 0; p < pixels; ++p) sum += values[x][p * in.dims[3] + c];
      values[y].push_back(
          clamped(multiplied(sum, static_cast<double>(factor)) + to.zero_point - shift));
    }
    return y;
  }

  int relu6(int x) {
    const int y = emit(OperatorType::RELU6, {x}, graph.tensors[x].shape, some_scale());
    const double factor = double{scale_of(x).scale} / double{scale_of(y).scale};
    for (size_t i = 0; i < values[x].size(); ++i)
      values[y].push_back(clamped(multiplied(level(x, int64_t(i)), factor) + scale_of(y).zero_point,
                                  range_of(Activation::RELU6, scale_of(y))));
    return y;
  }

  int pad(int x) {
    const Shape in = graph.tensors[x].shape;
    const int amounts =
        graph.add_tensor(int32_constant("paddings", std::vector<int32_t>{0, 0, 1, 0, 0, 2, 0, 0}));
    graph.tensors[amounts].shape = {2, {4, 2}};
    const Shape out{4, {1, in.dims[1] + 1, in.dims[2] + 2, in.dims[3]}};
    const int y = emit(OperatorType::PAD, {x, amounts}, out, scale_of(x));
    for (int iy = -1; iy < in.dims[1]; ++iy)
      for (int ix = 0; ix < in.dims[2] + 2; ++ix)
        for (int c = 0; c < in.dims[3]; ++c)
          values[y].push_back(iy < 0 || ix >= in.dims[2]
                                  ? clamped(scale_of(x).zero_point)
                                  : values[x][(iy * in.dims[2] + ix) * in.dims[3] + c]);
    return y;
  }

  int random(int below) { return static_cast<int>(random_() % static_cast<uint32_t>(below)); }

 private:
  Scale some_scale() {
    return {0.02F + static_cast<float>(random(1000)) / 50000, 60 + random(140)};
  }
  // Of sums of products, so that not all saturate.
  Scale wide_scale() { return {0.2F + static_cast<float>(random(1000)) / 1000, 60 + random(140)}; }
  Scale scale_of(int tensor) const {
    const Quantization& q = graph.tensors[tensor].quantization;
    return {q.scale[0], static_cast<int32_t>(q.zero_point[0])};
  }
  Bytes noise(int64_t count) {
    Bytes bytes;
    for (int64_t i = 0; i < count; ++i) bytes.push_back(static_cast<uint8_t>(random(256)));
    return bytes;
  }
  int activation(const Shape& shape, const Scale& s) {
    values.resize(graph.tensors.size() + 1);
    return graph.add_tensor({.name = "activation",
                             .type = TensorType::UINT8,
                             .shape = shape,
                             .quantization = {{s.scale}, {s.zero_point}, 0}});
  }
  int constant(const Shape& shape) {
    return graph.add_tensor({.name = "weights",
                             .type = TensorType::UINT8,
                             .shape = shape,
                             .quantization = {{0.013F + static_cast<float>(random(100)) / 9999},
                                              {random(3) == 0 ? 128 : 90 + random(80)},
                                              0},
                             .data = noise(shape.elements())});
  }
  int bias(int32_t channels, int x, int w) {
    std::vector<int32_t> integers;
    for (int32_t i = 0; i < channels; ++i) integers.push_back(random(8000) - 4000);
    const int b = add_int32_constant(graph, integers);
    graph.tensors[b].quantization = {{scale_of(x).scale * scale_of(w).scale}, {0}, 0};
    return b;
  }
  // A value of an activation or a constant, less its zero point.
  int64_t level(int tensor, int64_t index) const {
    const Tensor& t = graph.tensors[tensor];
    const Bytes& bytes = t.is_constant() ? t.data : values[tensor];
    return int64_t{bytes[static_cast<size_t>(index)]} - t.quantization.zero_point[0];
  }
  uint8_t weighted(int64_t sum, int x, int w, int y, const Range& range) const {
    // The product is rounded to a float.
    const float product = scale_of(x).scale * scale_of(w).scale;
    return clamped(
        multiplied(sum, double{product} / double{scale_of(y).scale}) + scale_of(y).zero_point,
        range);
  }
  int emit(OperatorType type, const std::vector<int>& inputs, const Shape& shape, const Scale& s,
           const Options& options = {}) {
    const int y = activation(shape, s);
    graph.operators.push_back({.type = type, .inputs = inputs, .outputs = {y}, .options = options});
    return y;
  }

  std::mt19937 random_;
};

Bytes run_with(const Graph& graph, const KernelSet& kernels, const Bytes& input) {
  const Executable executable(graph, kernels);
  const Model model = executable.model();
  EXPECT_EQ(model.input_info(0).type, TensorType::UINT8);
  EXPECT_EQ(model.output_info(0).type, TensorType::UINT8);
  std::ranges::copy(input, model.input<uint8_t>(0));
  model.invoke();
  const auto* output = model.output<uint8_t>(0);
  return {output, output + model.output_info(0).bytes};
}

Error interpret(const Bytes& file, size_t arena_bytes, const Bytes& input, Bytes& output) {
  std::vector<uint8_t> arena(arena_bytes);
  Model model;
  if (Error error =
          load_tflite(file.data(), file.size(), kGenericKernels, arena.data(), arena.size(), model))
    return error;
  std::ranges::copy(input, model.input<uint8_t>(0));
  model.invoke();
  const auto* values = model.output<uint8_t>(0);
  output.assign(values, values + model.output_info(0).bytes);
  return {};
}

void expect_exact(Legacy& legacy, int output) {
  legacy.graph.outputs = {output};
  const Bytes file = export_tflite(legacy.graph);
  Graph graph = import_tflite(file);
  const Bytes& input = legacy.values[legacy.graph.inputs[0]];

  for (const KernelSet* kernels : {&kReferenceKernels, &kGenericKernels})
    EXPECT_EQ(run_with(graph, *kernels, input), legacy.values[output]) << kernels->name;
  Bytes interpreted;
  const Error error = interpret(file, 1 << 16, input, interpreted);
  EXPECT_FALSE(error) << error.message;
  EXPECT_EQ(interpreted, legacy.values[output]);
  // What is written is UINT8 again, and stays so.
  const Bytes again = export_tflite(graph);
  const Graph reread = import_tflite(again);
  EXPECT_EQ(run_with(reread, kReferenceKernels, input), legacy.values[output]);
  EXPECT_EQ(export_tflite(reread), again);

  run_passes(graph);
  EXPECT_EQ(run_with(graph, kReferenceKernels, input), legacy.values[output]);
}

constexpr Shape kImage{4, {1, 9, 8, 3}};

TEST(LegacyUint8, EachOperatorIsExact) {
  for (uint32_t seed = 1; seed <= 12; ++seed) {
    SCOPED_TRACE(seed);
    const auto one = [&](auto build) {
      Legacy legacy(seed);
      const int x = legacy.input(kImage);
      expect_exact(legacy, build(legacy, x));
    };
    const Padding padding = seed % 2 == 0 ? Padding::SAME : Padding::VALID;
    const Activation act = seed % 3 == 0 ? Activation::RELU6 : Activation::NONE;
    const auto stride = static_cast<int32_t>(1 + seed % 2);
    one([&](Legacy& l, int x) { return l.conv(x, 5, 3, stride, padding, false, act); });
    one([&](Legacy& l, int x) { return l.conv(x, 6, 1, 1, padding, false, act); });
    one([&](Legacy& l, int x) { return l.conv(x, 1, 3, stride, padding, true, act); });
    one([&](Legacy& l, int x) { return l.conv(x, 2, 2, stride, padding, true, act); });
    one([&](Legacy& l, int x) { return l.dense(x, 7); });
    one([&](Legacy& l, int x) { return l.pool(x, OperatorType::AVERAGE_POOL_2D, 2, padding); });
    one([&](Legacy& l, int x) { return l.pool(x, OperatorType::AVERAGE_POOL_2D, 3, padding); });
    one([&](Legacy& l, int x) { return l.pool(x, OperatorType::MAX_POOL_2D, 3, padding); });
    one([&](Legacy& l, int x) { return l.add(x, l.relu6(x), act); });
    one([&](Legacy& l, int x) { return l.mean(x); });
    one([&](Legacy& l, int x) { return l.pad(x); });
  }
}

int network(Legacy& legacy) {
  int x = legacy.input({4, {1, 12, 12, 3}});
  x = legacy.conv(x, 8, 3, 2, Padding::SAME, false, Activation::RELU6);
  const int y = legacy.conv(x, 1, 3, 1, Padding::SAME, true, Activation::RELU6);
  x = legacy.add(x, legacy.conv(y, 8, 1, 1, Padding::SAME, false, Activation::NONE),
                 Activation::NONE);
  x = legacy.pool(x, OperatorType::AVERAGE_POOL_2D, 2, Padding::VALID);
  return legacy.dense(legacy.mean(x), 4);
}

TEST(LegacyUint8, WholeNetworksAreExact) {
  for (uint32_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    Legacy legacy(seed);
    expect_exact(legacy, network(legacy));
  }
}

TEST(LegacyUint8, TheFileStaysUint8) {
  Legacy legacy(1);
  legacy.graph.outputs = {network(legacy)};
  Graph graph = import_tflite(export_tflite(legacy.graph));
  for (const Operator& op : graph.operators)
    EXPECT_EQ(op.options.from_uint8, op.type != OperatorType::QUANTIZE);
  run_passes(graph);
  const Bytes file = export_tflite(graph);
  const auto& subgraph = *schema::GetModel(file.data())->subgraphs()->Get(0);
  EXPECT_EQ(subgraph.operators()->size(), legacy.graph.operators.size());
  for (const schema::Tensor* tensor : *subgraph.tensors())
    EXPECT_NE(tensor->type(), schema::TensorType_INT8);
}

TEST(LegacyUint8, TheInterpreterWantsRoomForWeights) {
  Legacy legacy(1);
  legacy.graph.outputs = {network(legacy)};
  Bytes output;
  const Error error = interpret(export_tflite(legacy.graph), 1 << 12, {}, output);
  ASSERT_TRUE(error);
  EXPECT_THAT(error.message, HasSubstr("the arena is too small"));
}

TEST(LegacyUint8, TheInterpreterDoubtsZeroPoints) {
  Legacy legacy(1);
  legacy.graph.outputs = {network(legacy)};
  for (const int64_t zero_point : {int64_t{-1}, int64_t{256}, INT64_MIN}) {
    legacy.graph.tensors[legacy.graph.inputs[0]].quantization.zero_point = {zero_point};
    Bytes output;
    const Error error = interpret(export_tflite(legacy.graph), 1 << 16, {}, output);
    ASSERT_TRUE(error);
    EXPECT_THAT(error.message, HasSubstr("zero point outside of 0 to 255"));
    EXPECT_EQ(error.detail, zero_point);
  }
}

// Models of today have UINT8 at their ends alone.
TEST(LegacyUint8, OthersStayAsTheyAre) {
  Graph graph;
  const Shape shape{2, {1, 8}};
  const auto tensor = [&](TensorType type, int64_t zero_point) {
    return graph.add_tensor(
        {.type = type, .shape = shape, .quantization = {{0.5F}, {zero_point}, 0}});
  };
  const int in = tensor(TensorType::UINT8, 128), a = tensor(TensorType::INT8, 0);
  const int b = tensor(TensorType::INT8, 0), out = tensor(TensorType::UINT8, 128);
  graph.inputs = {in}, graph.outputs = {out};
  graph.operators = {{.type = OperatorType::QUANTIZE, .inputs = {in}, .outputs = {a}},
                     {.type = OperatorType::RELU, .inputs = {a}, .outputs = {b}},
                     {.type = OperatorType::QUANTIZE, .inputs = {b}, .outputs = {out}}};
  EXPECT_EQ(import_tflite(export_tflite(graph)), graph);
}

}  // namespace
}  // namespace solder::compiler
