#include "simulator/boards/hints.h"

#include <fmt/format.h>

namespace simulator {
namespace {

struct Bit {
  std::uint32_t bit;
  const char* name;
};
constexpr Bit kBits[] = {
    {kIaccViol, "IACCVIOL"},   {kIBusErr, "IBUSERR"},
    {kPrecisErr, "PRECISERR"}, {kImprecisErr, "IMPRECISERR"},
    {kUnstkErr, "UNSTKERR"},   {kStkErr, "STKERR"},
    {kBfarValid, "BFARVALID"}, {kUndefInstr, "UNDEFINSTR"},
    {kInvState, "INVSTATE"},   {kInvPc, "INVPC"},
    {kNoCp, "NOCP"},           {kDivByZero, "DIVBYZERO"},
};

std::string hint_for_access(const Fault& fault, const Image& image, const Memory& memory) {
  if (const MemoryRegion* region = memory.find(*fault.address); region && !region->writable) {
    const std::string object = image.describe_object(*fault.address);
    return fmt::format("{} is in flash: is a const object written, or a pointer wrong?",
                       object.empty() ? "the address" : object);
  }
  if (const MemoryRegion* region = memory.place(*fault.address)) {
    return fmt::format("the {} must be set up before anything there is read or executed",
                       region->name);
  }
  const std::uint32_t near_sp = fault.address.value() - fault.registers.sp + 2048;
  if (near_sp < 4096) {
    return "the stack has run out of memory: make it larger, or look for deep recursion and large "
           "local arrays in the calls above";
  }
  for (unsigned i = 0; i < fault.registers.r.size(); ++i) {
    if (*fault.address - fault.registers.r[i] < 4096) {
      return fmt::format(
          "r{} holds the address: was that pointer set, and has nothing overwritten "
          "it?",
          i);
    }
  }
  return "was the pointer set, and the index within bounds?";
}

}  // namespace

std::string cfsr_names(std::uint32_t cfsr) {
  std::string out;
  for (const Bit& bit : kBits) {
    if (cfsr & bit.bit) out += fmt::format("{}{}", out.empty() ? "" : ", ", bit.name);
  }
  return out;
}

std::string hint(const Fault& fault, const Image& image, const Memory& memory) {
  const std::uint32_t cfsr = fault.cfsr;
  if (cfsr & kPrecisErr) return hint_for_access(fault, image, memory);
  if (cfsr & kImprecisErr) {
    return "no peripheral of this microcontroller lies there: is the base address right?";
  }
  if (cfsr & (kStkErr | kUnstkErr)) {
    return "SP does not point to memory: a stack overflow, or a stack pointer set wrongly";
  }
  if (cfsr & (kIBusErr | kIaccViol)) {
    return "a function pointer or a return address on the stack was wrong or overwritten; lr tells "
           "who jumped";
  }
  if (cfsr & kInvState) return "an address of code lacks its lowest bit: was it computed or cast?";
  if (cfsr & kInvPc) return "the handler's EXC_RETURN was damaged: has its stack been overwritten?";
  if (cfsr & kNoCp) return "set bits 20 to 23 of CPACR before the first FPU instruction";
  if (cfsr & kDivByZero) return "the divisor was not checked";
  if (cfsr & kUndefInstr) {
    const auto code = memory.read_word(fault.registers.pc & ~3u);
    if (code == ~0u) return "this is erased flash: a wild jump, or an image that is not complete";
    const std::uint8_t* bytes = memory.at(fault.registers.pc, 2);
    if (bytes && bytes[1] == 0xDE) {
      return "UDF stands where compilers think that control never comes: a function without its "
             "return, __builtin_trap, a failed check";
    }
    return "is the code built for this core (-mcpu=cortex-m7 -mfpu=fpv5-sp-d16), or data executed?";
  }
  return {};
}

}  // namespace simulator
