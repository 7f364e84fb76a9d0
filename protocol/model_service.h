// What a Service says of a model that is ready to run, the same for firmware and stand-in.
#pragma once

#include "protocol/service.h"

namespace solder::protocol {

// `Model` is the runtime's, whose plan this folder does not know.
template <class Model>
class ModelService : public Service {
 public:
  constexpr explicit ModelService(const Model& model) : model_(model) {}

  ModelInfo model() override {
    return {.name = name(),
            .arena_bytes = model_.plan().arena_bytes,
            .steps = model_.plan().step_count};
  }
  uint32_t input_count() override { return has_model() ? model_.input_count() : 0; }
  uint32_t output_count() override { return has_model() ? model_.output_count() : 0; }
  Port input(uint32_t index) override {
    return port(model_.input_info(index), model_.input(index));
  }
  Port output(uint32_t index) override {
    return port(model_.output_info(index), const_cast<void*>(model_.output(index)));
  }
  StepTime step_time(uint32_t step) override {
    const auto& of_plan = model_.plan().steps[step];
    return {operator_name(of_plan.type), of_plan.operator_index, cycles_of(step)};
  }

 protected:
  ~ModelService() = default;
  virtual const char* name() const = 0;
  virtual bool has_model() const { return true; }
  // Of the last inference.
  virtual uint32_t cycles_of(uint32_t step) const = 0;

 private:
  template <class TensorInfo>
  static Port port(const TensorInfo& info, void* data) {
    return {.name = info.name,
            .type = info.type,
            .shape = info.shape,
            .scale = info.scale,
            .zero_point = info.zero_point,
            .data = {static_cast<uint8_t*>(data), info.bytes}};
  }

  const Model& model_;
};

}  // namespace solder::protocol
