// What a firmware engineer wants to read when something went wrong.
#include <capstone/capstone.h>
#include <fmt/format.h>

#include <iterator>

#include "simulator/boards/board.h"
#include "simulator/boards/call_chain.h"
#include "simulator/boards/hints.h"

namespace simulator {
namespace {

std::string disassemble(const Memory& memory, std::uint32_t address) {
  const std::uint8_t* code = memory.at(address, 4);
  csh capstone;
  const auto mode = static_cast<cs_mode>(CS_MODE_THUMB | CS_MODE_MCLASS);
  if (!code || cs_open(CS_ARCH_ARM, mode, &capstone) != CS_ERR_OK) return {};
  cs_insn* insn = nullptr;
  std::string text;
  if (const std::size_t count = cs_disasm(capstone, code, 4, address, 1, &insn)) {
    text = fmt::format("{} {}", insn->mnemonic, insn->op_str);
    cs_free(insn, count);
  }
  cs_close(&capstone);
  return text;
}

const char* exception_name(std::uint32_t xpsr) {
  switch (xpsr & 0x1FF) {
    case kThread:
      return "thread mode";
    case kNmi:
      return "the NMI handler";
    case kHardFault:
      return "the HardFault handler";
    case kMemManage:
      return "the MemManage handler";
    case kBusFault:
      return "the BusFault handler";
    case kUsageFault:
      return "the UsageFault handler";
    case kSvCall:
      return "the SVCall handler";
    case kPendSv:
      return "the PendSV handler";
    case kSysTick:
      return "the SysTick handler";
    default:
      return "an interrupt handler";
  }
}

const char* fault_name(unsigned exception) {
  switch (exception) {
    case kMemManage:
      return "MemManage fault";
    case kBusFault:
      return "BusFault";
    case kUsageFault:
      return "UsageFault";
    default:
      return "HardFault";
  }
}

// Recursion gives the same line again and again: it is told once, with its count.
std::string describe_calls(const Registers& registers, const Image& image, const Memory& memory) {
  constexpr std::size_t kLines = 12, kCalls = 10'000;
  const std::vector<Caller> chain = call_chain(registers, image, memory, kCalls);
  std::string out;
  std::size_t lines = 0;
  for (std::size_t i = 0; i < chain.size(); ++lines) {
    if (lines == kLines) {
      return out + fmt::format("  ... and {} more calls\n", chain.size() - i);
    }
    const Caller& caller = chain[i];
    std::size_t count = 1;
    while (i + count < chain.size() && chain[i + count].address == caller.address) ++count;
    fmt::format_to(std::back_inserter(out), "  {} 0x{:08X} ({}){}\n",
                   caller.interrupted ? "which interrupted" : "called from", caller.address,
                   image.describe(caller.address),
                   count > 1 ? fmt::format(", {} times", count) : "");
    i += count;
  }
  return out;
}

std::string describe(const Registers& registers, const Image& image, const Memory& memory) {
  const auto place = [&image](std::uint32_t address) {
    const std::string name = image.describe(address & ~1u);
    return name.empty() ? std::string() : fmt::format(" ({})", name);
  };
  std::string out;
  const auto line = std::back_inserter(out);
  fmt::format_to(line, "  at pc 0x{:08X}{}", registers.pc, place(registers.pc));
  const std::string instruction = disassemble(memory, registers.pc);
  if (!instruction.empty()) fmt::format_to(line, ": {}", instruction);
  fmt::format_to(line, "\n{}", describe_calls(registers, image, memory));
  fmt::format_to(line, "  lr 0x{:08X}{}, sp 0x{:08X}, xpsr 0x{:08X} in {}\n", registers.lr,
                 place(registers.lr), registers.sp, registers.xpsr, exception_name(registers.xpsr));
  for (unsigned i = 0; i < registers.r.size(); ++i) {
    fmt::format_to(line, "  r{:<2} 0x{:08X}", i, registers.r[i]);
    if (i % 4 == 3 || i + 1 == registers.r.size()) out += '\n';
  }
  fmt::format_to(line,
                 "  msp 0x{:08X}  psp 0x{:08X}  control {}  primask {}  basepri 0x{:02X}  "
                 "faultmask {}  fpscr 0x{:08X}\n",
                 registers.msp, registers.psp, registers.control, registers.primask,
                 registers.basepri, registers.faultmask, registers.fpscr);
  return out;
}

}  // namespace

std::string Board::describe(const Fault& fault) const {
  const std::string advice = hint(fault, image_, memory_);
  return fmt::format("{}{}: {}\n{}{}  CFSR 0x{:08X} ({}), cycle {}\n{}",
                     fault_name(fault.exception), fault.escalated ? ", taken as HardFault" : "",
                     fault.what, advice.empty() ? "" : "  hint: " + advice,
                     advice.empty() ? "" : "\n", fault.cfsr, cfsr_names(fault.cfsr), fault.cycle,
                     simulator::describe(fault.registers, image_, memory_));
}

// Once each: a buffer has many lines. An MPU that is on may make the buffer uncached; it is not
// modelled, so nothing is said then.
void Board::report_incoherence(Incoherence what, std::uint32_t address) {
  if (system_control().mpu_enabled() || !incoherences_.insert(what).second) return;
  const std::string object = image_.describe_object(address);
  const std::string where =
      fmt::format("0x{:08X}{}", address, object.empty() ? "" : " (" + object + ")");
  switch (what) {
    case Incoherence::kDmaReadsOld:
      return diagnostics_.report(fmt::format(
          "DMA reads {}, which the data cache holds modified: the board's DMA would read older "
          "contents; clean it by address (DCCMVAC) first",
          where));
    case Incoherence::kCoreReadsOld:
      return diagnostics_.report(fmt::format(
          "the core reads {}, which DMA has written since the data cache got it: the board's "
          "core would read older contents; invalidate it by address (DCIMVAC) first",
          where));
    case Incoherence::kDmaIsUndone:
      return diagnostics_.report(fmt::format(
          "the data cache writes a modified line back to {}, over what DMA has written there: on "
          "the board that would be lost; clean or invalidate it before DMA starts, and let no "
          "variable share a line of 32 bytes with the buffer",
          where));
  }
}

std::string Board::describe_state() const {
  return simulator::describe(core_.registers(), image_, memory_);
}

}  // namespace simulator
