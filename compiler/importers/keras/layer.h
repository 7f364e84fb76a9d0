// One call of a Keras layer as the importer of its class sees it: arguments, weights, inputs, and
// the means to emit operators. Everything here throws ModelError naming the layer.
#pragma once

#include <array>
#include <span>
#include <string>
#include <vector>

#include "compiler/importers/keras/weights.h"
#include "compiler/ir/graph_builder.h"

namespace solder::compiler::keras {

class Layer {
 public:
  // `weights`: all that the layer has; `inputs`: tensors of the builder's graph.
  Layer(const KerasLayer& layer, std::span<const FloatArray> weights, std::vector<int> inputs,
        GraphBuilder& builder, int keras_version)
      : layer_(layer),
        weights_(weights),
        inputs_(std::move(inputs)),
        builder_(builder),
        keras_version_(keras_version) {}

  // A layer within this one, which has the weights [first, first + count), and reads the same or
  // other inputs. It must not outlive `inner`.
  Layer with(const KerasLayer& inner, size_t first, size_t count) const {
    return with(inner, first, count, inputs_);
  }
  Layer with(const KerasLayer& inner, size_t first, size_t count, std::vector<int> inputs) const {
    return {inner, weights_.subspan(first, count), std::move(inputs), builder_, keras_version_};
  }
  size_t weight_count() const { return weights_.size(); }

  [[noreturn]] void fail(const std::string& message) const;

  // Also the name of its result.
  const std::string& name() const { return layer_.name; }
  const std::string& class_name() const { return layer_.class_name; }
  // The major version of the Keras that wrote the file.
  int keras_version() const { return keras_version_; }
  // "Conv1D" and "Conv1DTranspose" have 1, others have 2.
  int spatial_rank() const { return layer_.class_name.contains("1D") ? 1 : 2; }

  // Arguments; the fallback when the layer has none of that name, or it is None.
  const Json& config() const { return *layer_.config; }
  const Json* argument(const char* key) const { return find(config(), key); }
  int64_t integer(const char* key, int64_t fallback) const;
  double number(const char* key, double fallback) const;
  bool boolean(const char* key, bool fallback) const;
  std::string text(const char* key, const std::string& fallback) const;
  // A list of integers; one integer is a list of one.
  std::vector<int64_t> integers(const char* key, std::vector<int64_t> fallback) const;
  // Height and width, each in [1, 2^15]; a height of 1 for 1-D layers.
  std::array<int64_t, 2> size_pair(const char* key, std::array<int64_t, 2> fallback) const;
  void require_channels_last() const;

  // The weight that the layer made as number `index`.
  const FloatArray& weight(size_t index, const std::vector<int64_t>& dims,
                           const std::string& what) const;

  const std::vector<int>& inputs() const { return inputs_; }
  int input() const;  // of a layer with one
  const Shape& shape_of(int tensor) const { return builder_.graph().tensors[tensor].shape; }

  // The input as batch x height x width x channels, with a height of 1 for 1-D layers.
  int image() const;
  // A result of that form as the layer is to return it.
  int from_image(int tensor) const;

  GraphBuilder& builder() const { return builder_; }
  Shape shape(const std::vector<int64_t>& dims) const { return make_shape(dims, where()); }
  int constant(const std::string& suffix, const Shape& shape, std::span<const float> values) const;
  int emit(OperatorType type, std::vector<int> inputs, const Shape& shape,
           const Options& options = {}, const std::string& suffix = "") const {
    return builder_.emit(type, std::move(inputs), name() + suffix, shape, options);
  }

 private:
  std::string where() const;

  const KerasLayer& layer_;
  std::span<const FloatArray> weights_;
  std::vector<int> inputs_;
  GraphBuilder& builder_;
  int keras_version_;
};

// The shape of an InputLayer's tensor, with a batch of 1 when the batch is not fixed. Throws
// ModelError when the layer does not say it, or leaves other dimensions open.
Shape read_input_shape(const KerasLayer& layer);

}  // namespace solder::compiler::keras
