// The timing of the Cortex-M7 in the STM32F746. docs/timing-model.md tells how it works, how far it
// can be believed, and what it leaves out; facts.h holds its constants.
#pragma once

#include <cstdint>
#include <deque>
#include <utility>
#include <vector>

#include "simulator/timing/instruction_timing.h"
#include "simulator/timing/memory_timing.h"
#include "simulator/timing/pipeline.h"
#include "simulator/timing/timing_model.h"

namespace simulator {

class CortexM7Timing final : public TimingModel {
 public:
  Cycle retire(Block& block, std::uint32_t first, std::uint32_t end) override;
  void before(const Block& block, const ReadRegister& reg) override;
  Cycle exception_entry(std::uint32_t frame, std::uint32_t bytes) override;
  Cycle exception_return(std::uint32_t frame, std::uint32_t bytes) override;
  AccessLog* access_log() override { return &log_; }
  void configure(const MemorySettings& settings) override { memory_.configure(settings); }
  void maintain_caches(std::uint32_t offset, std::uint32_t value) override;
  Cycle transfer(Cycle start, const BusBurst& burst) override {
    return memory_.transfer(start, burst);
  }
  void on_incoherence(IncoherenceSink sink) override { memory_.on_incoherence(std::move(sink)); }
  [[nodiscard]] CycleCount total() const override;
  void for_each_block(const BlockVisitor& visit) const override;

 private:
  BlockTiming& timing_of(Block& block);
  Cycle exception(Cycle cycles, std::uint32_t frame, std::uint32_t bytes, bool store);
  Cycle elapsed();

  InstructionDecoder decoder_;
  MemoryTiming memory_;
  Pipeline pipeline_{memory_};
  AccessLog log_;
  std::deque<BlockTiming> blocks_;       // Block::timing points here
  std::vector<std::uint32_t> preloads_;  // where those of the current block point
  CycleCount exceptions_;
  Cycle reported_ = 0;
};

}  // namespace simulator
