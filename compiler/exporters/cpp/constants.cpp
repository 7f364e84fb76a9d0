#include "compiler/exporters/cpp/constants.h"

namespace solder::compiler {
namespace {

void pad(std::vector<uint8_t>& bytes) {
  bytes.resize((bytes.size() + kArenaAlignment - 1) / kArenaAlignment * kArenaAlignment);
}

}  // namespace

PackedConstants::PackedConstants(const Executable& executable) {
  const std::vector<uint8_t>& all = executable.constants();
  // Sizes of the executable's constants: they lie in the order of the tensors.
  std::map<uint32_t, uint32_t> sizes;
  uint32_t at = 0;
  for (const Tensor& tensor : executable.graph().tensors) {
    if (!tensor.is_constant()) continue;
    sizes[at] = static_cast<uint32_t>(tensor.data.size());
    at += (sizes[at] + kArenaAlignment - 1) / kArenaAlignment * kArenaAlignment;
  }
  const Plan& plan = executable.plan();
  for (uint32_t s = 0; s < plan.step_count; ++s) {
    for (int i = 0; i < plan.steps[s].operand_count; ++i) {
      const Operand operand = plan.steps[s].operands[i];
      if (operand.region() != Operand::kConstants) continue;
      if (!offsets_.emplace(operand.offset(), static_cast<uint32_t>(bytes_.size())).second)
        continue;
      const auto from = all.begin() + operand.offset();
      bytes_.insert(bytes_.end(), from, from + sizes.at(operand.offset()));
      pad(bytes_);
    }
  }
  tables_begin_ = executable.tables_begin();
  tables_offset_ = static_cast<uint32_t>(bytes_.size());
  bytes_.insert(bytes_.end(), executable.tables() + tables_begin_,
                executable.tables() + executable.tables_end());
}

Operand PackedConstants::moved(Operand operand) const {
  switch (operand.region()) {
    case Operand::kConstants:
      return {Operand::kConstants, offsets_.at(operand.offset())};
    case Operand::kTables:
      return {Operand::kConstants, operand.offset() - tables_begin_ + tables_offset_};
    default:
      return operand;
  }
}

}  // namespace solder::compiler
