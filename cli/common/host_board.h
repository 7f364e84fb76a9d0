// A model on this computer as the protocols see a board: the stand-in of `solder serve`.
#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "protocol/model_service.h"
#include "runtime/plan/model.h"
#include "simulator/console/endpoint.h"

namespace solder::cli {

// Its cycles are nanoseconds.
class HostBoard final : public protocol::ModelService<Model> {
 public:
  HostBoard(const Model& model, std::string name)
      : ModelService(model_),
        model_(model),
        name_(std::move(name)),
        steps_(model_.plan().step_count) {}

  protocol::BoardInfo board() override;
  uint32_t invoke() override;

  uint32_t slot_count() override { return 0; }
  protocol::SlotInfo slot(uint32_t) override { return {}; }
  protocol::Failure begin_upload(uint32_t, uint32_t) override { return kNoSlots; }
  protocol::Failure write_upload(uint32_t, std::span<const uint8_t>) override { return kNoSlots; }
  protocol::Failure commit_upload() override { return kNoSlots; }
  void reset() override {}

 private:
  static constexpr protocol::Failure kNoSlots = {
      messages::ErrorCode_NO_SLOTS,
      {.message = "the model is the one that solder serve was given"}};
  const char* name() const override { return name_.c_str(); }
  uint32_t cycles_of(uint32_t step) const override { return steps_[step]; }

  Model model_;
  std::string name_;
  std::vector<uint32_t> steps_;
  uint64_t begin_ = 0;
};

// Answers both protocols on the line until `interrupted`.
void serve_line(protocol::Service& service, simulator::Endpoint& line,
                const std::atomic<bool>& interrupted);

}  // namespace solder::cli
