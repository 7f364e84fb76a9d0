#include "simulator/timing/cortex_m7.h"

#include "simulator/timing/facts.h"

namespace simulator {
namespace {

// Hands the log's accesses to the instructions that made them. Those of a block come in program
// order; only a predicated instruction may have made none. It did if there are more accesses than
// the others account for.
class AccessDealer {
 public:
  AccessDealer(std::span<const LoggedAccess> log, const BlockTiming& block, std::uint32_t first,
               std::uint32_t end, bool last_is_for_later)
      : log_(log) {
    if (!block.has_predicated_accesses) return;
    for (const LoggedAccess& access : log) surplus_ += access.size;
    if (last_is_for_later && !log.empty()) surplus_ -= log.back().size;
    for (std::uint32_t i = first; i < end; ++i) {
      const InstructionTiming& instruction = block.instructions[i];
      if (!instruction.predicated) surplus_ -= instruction.access_bytes;
    }
  }

  std::span<const LoggedAccess> next(const InstructionTiming& instruction) {
    if (instruction.access_bytes == 0) return {};
    if (instruction.predicated) {
      if (surplus_ < instruction.access_bytes) return {};
      surplus_ -= instruction.access_bytes;
    }
    const std::size_t begin = taken_;
    for (std::uint32_t bytes = 0; bytes < instruction.access_bytes && taken_ < log_.size();) {
      if (log_[taken_].store != instruction.access_is_store) break;
      bytes += log_[taken_++].size;
    }
    return log_.subspan(begin, taken_ - begin);
  }
  [[nodiscard]] std::size_t taken() const { return taken_; }

 private:
  std::span<const LoggedAccess> log_;
  std::size_t taken_ = 0;
  std::int64_t surplus_ = 0;  // bytes
};

}  // namespace

BlockTiming& CortexM7Timing::timing_of(Block& block) {
  if (!block.timing) [[unlikely]] {
    block.timing = &blocks_.emplace_back(decoder_.decode(block));
    block.shows_registers = !block.timing->preloads.empty();
  }
  return *block.timing;
}

Cycle CortexM7Timing::retire(Block& block, std::uint32_t first, std::uint32_t end) {
  BlockTiming& timing = timing_of(block);
  if (first == 0) pipeline_.enter(timing);
  std::size_t preload = 0;
  const bool partly = end < block.count;
  AccessDealer accesses(log_.entries(), timing, first, end, partly);
  for (std::uint32_t i = first; i < end; ++i) {
    const InstructionTiming& instruction = timing.instructions[i];
    pipeline_.issue(timing, instruction, accesses.next(instruction));
    // What a block preloads is not known before its first run.
    for (; preload < timing.preloads.size() && timing.preloads[preload].position <= i; ++preload) {
      const bool here = timing.preloads[preload].position == i;
      if (here && preload < preloads_.size()) pipeline_.preload(timing, preloads_[preload]);
    }
  }
  if (partly) {
    log_.drop(accesses.taken());
  } else {
    log_.clear();
    preloads_.clear();
  }
  return elapsed();
}

void CortexM7Timing::before(const Block& block, const ReadRegister& reg) {
  preloads_.clear();
  for (const Preload& preload : block.timing->preloads) preloads_.push_back(preload.address(reg));
}

Cycle CortexM7Timing::elapsed() {
  const Cycle cycles = pipeline_.now() - reported_;
  reported_ = pipeline_.now();
  return cycles;
}

Cycle CortexM7Timing::exception(Cycle cycles, std::uint32_t frame, std::uint32_t bytes,
                                bool store) {
  for (std::uint32_t at = 0; at < bytes; at += 4) {
    const Cycle now = pipeline_.now() + cycles;
    cycles += (store ? memory_.write(now, frame + at, 4) : memory_.read(now, frame + at, 4)).cycles;
  }
  pipeline_.interrupt(cycles);
  const Cycle spent = elapsed();
  exceptions_.cycles += spent;
  exceptions_.stalls[static_cast<std::size_t>(StallCause::kException)] += spent;
  return spent;
}

Cycle CortexM7Timing::exception_entry(std::uint32_t frame, std::uint32_t bytes) {
  return exception(facts::kExceptionEntry, frame, bytes, true);
}

Cycle CortexM7Timing::exception_return(std::uint32_t frame, std::uint32_t bytes) {
  return exception(facts::kExceptionReturn, frame, bytes, false);
}

void CortexM7Timing::maintain_caches(std::uint32_t offset, std::uint32_t value) {
  memory_.maintain(pipeline_.now(), offset, value);
}

CycleCount CortexM7Timing::total() const {
  CycleCount sum = exceptions_;
  for (const BlockTiming& block : blocks_) sum += block.count;
  return sum;
}

void CortexM7Timing::for_each_block(const BlockVisitor& visit) const {
  for (const BlockTiming& block : blocks_) visit(block.address, block.count);
  visit(0, exceptions_);
}

}  // namespace simulator
