#include "simulator/timing/instruction_timing.h"

#include <stdexcept>

#include "simulator/timing/facts.h"
#include "simulator/timing/instruction_builder.h"

namespace simulator {

InstructionDecoder::InstructionDecoder() {
  // FPv5 (VMAXNM, VSEL) is known to Capstone as Armv8.
  const auto mode = static_cast<cs_mode>(CS_MODE_THUMB | CS_MODE_MCLASS | CS_MODE_V8);
  if (cs_open(CS_ARCH_ARM, mode, &capstone_) != CS_ERR_OK) {
    throw std::runtime_error("capstone: no support for Arm");
  }
  cs_option(capstone_, CS_OPT_DETAIL, CS_OPT_ON);
}

InstructionDecoder::~InstructionDecoder() { cs_close(&capstone_); }

BlockTiming InstructionDecoder::decode(const Block& block) const {
  BlockTiming out;
  out.address = block.address;
  out.end = block.address + block.size;
  out.instructions.resize(block.count);
  PreloadFinder preloads;
  for (std::uint32_t first = 0; first < block.count;) {
    // One call for as many as it understands: Capstone forgets IT state between calls.
    cs_insn* insns = nullptr;
    const std::uint32_t offset = block.offsets[first];
    const std::size_t count = cs_disasm(capstone_, &block.bytes[offset], block.size - offset,
                                        block.address + offset, 0, &insns);
    for (std::size_t i = 0; i < count && first + i < block.count; ++i) {
      InstructionTiming& instruction = out.instructions[first + i];
      instruction.first_use = static_cast<std::uint16_t>(out.uses.size());
      instruction.first_result = static_cast<std::uint16_t>(out.results.size());
      InstructionBuilder(capstone_, insns[i], out, instruction).build();
      preloads.step(capstone_, insns[i], first + static_cast<std::uint32_t>(i));
    }
    if (insns) cs_free(insns, count);
    first += static_cast<std::uint32_t>(count) + 1;  // past the one it does not know
  }
  out.preloads = preloads.found();
  for (std::uint32_t i = 0; i < block.count; ++i) {
    InstructionTiming& instruction = out.instructions[i];
    const std::uint32_t end = i + 1 < block.count ? block.address_of(i + 1) : out.end;
    instruction.last_word = (end - 1) / facts::kFetchBytes;
    if (instruction.access_bytes == 0) continue;
    if (instruction.predicated) {
      out.has_predicated_accesses = true;
    } else {
      out.unconditional_bytes += instruction.access_bytes;
    }
  }
  return out;
}

}  // namespace simulator
