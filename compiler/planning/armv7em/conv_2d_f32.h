// What the candidates for float32 convolutions have in common.
#pragma once

#include <optional>
#include <vector>

#include "compiler/planning/armv7em/candidate.h"
#include "runtime/kernels/conv_2d/armv7em_f32.h"

namespace solder::compiler::armv7em {

// A CONV_2D without groups, or a DEPTHWISE_CONV_2D of one input channel, which is the same; with
// the max pooling after it where that can be fused.
class ConvolutionF32 {
 public:
  // Nothing for what is neither.
  static std::optional<ConvolutionF32> from(const StepView& view);

  const Conv2DF32PooledParams& params() const { return params_; }
  const Conv2DGeometry& geometry() const { return params_.geometry; }
  bool pools() const { return pools_; }
  Operand input() const { return input_; }
  Operand output() const { return output_; }

  float weight(int32_t channel, int32_t row, int32_t column, int32_t input_channel) const;
  // 0 when there is none, or no such channel.
  float bias(int32_t channel) const;
  int32_t blocks() const { return (geometry().output_channels + 3) / 4; }
  // Candidate::output_lead of a kernel that reads and writes the rows of the convolution's output,
  // pooled, so many at a time, from top to bottom.
  int32_t output_lead(int32_t rows) const;
  // A table of the bias of blocks() * 4 channels, null when memory is short.
  const float* bias_table(StepBuilder& steps) const;

 private:
  void fuse_pool(const Pool2DF32Params& pool);

  Conv2DF32PooledParams params_ = {};
  bool pools_ = false;
  const float *filter_ = nullptr, *bias_ = nullptr;
  bool channels_last_ = false;  // the filter's, as DEPTHWISE_CONV_2D has it
  Operand input_, output_;
};

// One for each algorithm.
void add_direct_f32(const ConvolutionF32& convolution, std::vector<Candidate>& candidates);
void add_one_channel_f32(const ConvolutionF32& convolution, std::vector<Candidate>& candidates);
void add_winograd_f32(const ConvolutionF32& convolution, std::vector<Candidate>& candidates);

}  // namespace solder::compiler::armv7em
