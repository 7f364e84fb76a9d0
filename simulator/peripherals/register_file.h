// A peripheral that the board has but the simulator does not model: it keeps what is written.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "simulator/peripherals/bus.h"
#include "simulator/peripherals/diagnostics.h"

namespace simulator {

class RegisterFile final : public Peripheral {
 public:
  /// `diagnostics` null: a block of plain registers that nobody needs to hear about.
  RegisterFile(std::string name, Diagnostics* diagnostics)
      : name_(std::move(name)), diagnostics_(diagnostics) {}

  /// Gives a register its reset value.
  void preset(std::uint32_t offset, std::uint32_t value) { presets_[offset] = value; }

  std::uint32_t read(std::uint32_t offset) override {
    if (const auto found = values_.find(offset); found != values_.end()) return found->second;
    const auto preset = presets_.find(offset);
    return preset != presets_.end() ? preset->second : 0;
  }
  void write(std::uint32_t offset, std::uint32_t value) override {
    if (diagnostics_) {
      diagnostics_->report_once(name_ +
                                " is not modelled: its registers keep what is written, "
                                "and nothing else happens");
    }
    values_[offset] = value;
  }
  void reset() override { values_.clear(); }

 private:
  const std::string name_;
  Diagnostics* diagnostics_;
  std::map<std::uint32_t, std::uint32_t> presets_, values_;
};

}  // namespace simulator
