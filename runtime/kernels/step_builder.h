// What an operator's prepare function works with: it checks the operator, fills the parameters of
// a kernel, and emits steps. It runs on the board (interpreter) and on the host (compiler) alike,
// before any inference, and is the only place where models are doubted: kernels trust it.
#pragma once

#include <cstdint>
#include <initializer_list>

#include "runtime/base/arena.h"
#include "runtime/base/error.h"
#include "runtime/kernels/kernel_list.h"
#include "runtime/kernels/operator.h"

namespace solder {

// Where an operand lies: a region and a byte offset in it. While a plan is being prepared, the
// offset of an activation is a buffer number; placing the buffers makes it an offset.
class Operand {
 public:
  enum Region : uint32_t {
    kConstants,  // read-only: the model file, or the constants of a compiled model
    kTables,     // made by preparation: requantization, packed weights
    kArena,      // activations and scratch
    kAbsent,     // an optional operand that is not there: the kernel gets a null pointer
  };
  static constexpr uint32_t kMaxOffset = (1U << 30) - 1;

  constexpr Operand() = default;
  constexpr Operand(Region region, uint32_t offset)
      : bits_(static_cast<uint32_t>(region) << 30 | offset) {}
  constexpr Region region() const { return static_cast<Region>(bits_ >> 30); }
  constexpr uint32_t offset() const { return bits_ & kMaxOffset; }

 private:
  uint32_t bits_ = static_cast<uint32_t>(kAbsent) << 30;
};

inline constexpr int kMaxOperands = 6;

// One call of one kernel.
struct Step {
  KernelFunction function = nullptr;
  const void* params = nullptr;
  Operand operands[kMaxOperands];
  uint8_t operand_count = 0;
  KernelId kernel{};
  uint16_t operator_index = 0;  // in the graph's execution order
  OperatorType type{};
};

// Steps in order of emission, linked, because their number is not known beforehand.
struct PreparedStep {
  Step step;
  int32_t number = 0;  // of emission; its scratch is buffer tensor_count + number
  uint32_t scratch_bytes = 0;
  int32_t in_place_input = -1;  // which may lie where the output does
  int32_t fused_operator = -1;  // a later operator that this step computes, too
  // The last operand is written from front to back, never over what is still to be read of the
  // first one if it begins so many bytes before it or more; -1: they must not overlap.
  int32_t output_lead = -1;
  PreparedStep* next = nullptr;
};

class StepBuilder {
 public:
  // An operand as a prepare function names it.
  struct Source {
    enum Kind : uint8_t { kInput, kOutput, kTable, kScratch } kind;
    int32_t index = 0;            // of an input or output; bytes of scratch
    const void* table = nullptr;  // from table()
  };
  static Source in(int32_t index) { return {Source::kInput, index, nullptr}; }
  static Source out(int32_t index) { return {Source::kOutput, index, nullptr}; }
  static Source from(const void* table) { return {Source::kTable, 0, table}; }
  // At most one scratch buffer a step, `bytes` long.
  static Source scratch(int32_t bytes) { return {Source::kScratch, bytes, nullptr}; }

  // `steps`: where parameters live, and prepared steps for a while; `tables`: where tables live
  // (may be the same arena).
  // `constants`: the address that offsets of constant tensors count from.
  StepBuilder(const GraphView& graph, const KernelSet& kernels, const void* constants, Arena& steps,
              Arena& tables)
      : graph_(graph), kernels_(kernels), constants_(constants), steps_(steps), tables_(tables) {}

  void begin(int32_t operator_index);

  // Null when the operator has no such tensor.
  const TensorView* input(int32_t index) const;
  const TensorView* output(int32_t index) const;

  // Zero-initialised, null when memory is short: return no_memory() then.
  template <class Params>
  Params* params() {
    return steps_.allocate_permanent<Params>(1);
  }
  template <class T>
  T* table(int32_t count) {
    return tables_.allocate_permanent<T>(static_cast<size_t>(count));
  }

  // Appends a step. Inputs may be constants or activations, outputs are activations.
  Error emit(KernelId kernel, const void* params, std::initializer_list<Source> operands);
  // The output is the input's memory under another shape; no step.
  Error view(int32_t input, int32_t output);
  // The step just emitted may write its output over this input, if nobody needs the input later.
  void allow_in_place(int32_t input) { in_place_input_ = last_->in_place_input = input; }

  Error fail(const char* message, int64_t detail = 0) const;
  Error no_memory() const;

  // For a compiler, which replaces prepared steps by others that compute the same.
  const void* constant_data(Operand operand) const;  // kConstants, kTables
  Operand operand_of_table(const void* table) const;
  Operand operand_of_scratch(PreparedStep& step, uint32_t bytes) const;
  void replace(PreparedStep& step, KernelId kernel, const void* params,
               std::initializer_list<Operand> operands) const;
  // `step` now computes what the one after it did, too: what only handed on a tensor between the
  // two is not stored any more.
  void fuse_next(PreparedStep& step);

  // For whoever drives the preparation.
  PreparedStep* first_step() const { return first_; }
  int32_t emitted_steps() const { return emitted_; }          // fused ones among them
  int32_t viewed_input() const { return viewed_input_; }      // input index, -1 if none
  int32_t in_place_input() const { return in_place_input_; }  // input index, -1 if none

 private:
  Error operand_of_tensor(int32_t tensor, Operand& operand) const;

  const GraphView& graph_;
  const KernelSet& kernels_;
  const void* constants_;
  Arena& steps_;
  Arena& tables_;
  int32_t operator_index_ = 0;
  int32_t viewed_input_ = -1, in_place_input_ = -1;
  int32_t emitted_ = 0;
  PreparedStep* first_ = nullptr;
  PreparedStep* last_ = nullptr;
};

}  // namespace solder
