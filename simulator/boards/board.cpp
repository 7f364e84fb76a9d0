#include "simulator/boards/board.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <map>

namespace simulator {
namespace {

// Resets in a row, each within this time of the last, that count as a loop.
constexpr unsigned kResetLoopLength = 10;
constexpr std::uint64_t kQuickResetNanoseconds = 1'000'000'000;

std::uint32_t debug_access_size(std::uint32_t address, std::size_t left) {
  return address % 4 == 0 && left >= 4 ? 4 : address % 2 == 0 && left >= 2 ? 2 : 1;
}

Memory stm32f746_memory() {
  Memory memory;
  add_stm32f746_memories(memory);
  return memory;
}

}  // namespace

Board::Board(const BoardDescription& description, Image image, std::unique_ptr<TimingModel> timing)
    : description_(description),
      image_(std::move(image)),
      memory_(stm32f746_memory()),
      bus_(diagnostics_),
      clock_(Rcc::kHsiHz),
      timing_(std::move(timing)),
      chip_(description, memory_, bus_, clock_, *timing_, nvic_, diagnostics_),
      core_(memory_, bus_, clock_, *timing_, nvic_, chip_.flash(), description.boot_address) {
  chip_.on_clock_change([this] { set_time_limit(); });
  chip_.on_timing_change([this] { configure_timing(); });
  core_.system_control().on_cache_enable([this] { configure_timing(); });
  core_.system_control().on_cache_maintenance([this](std::uint32_t offset, std::uint32_t value) {
    timing_->maintain_caches(offset, value);
  });
  chip_.flash().on_contents([this](std::uint32_t offset, std::uint32_t size) {
    core_.code_changed(Flash::kAxiBase + offset, size);
    core_.code_changed(Flash::kItcmBase + offset, size);
    if (flash_changed_) flash_changed_(offset, size);
  });
  chip_.on_remap([this](std::uint32_t base) { core_.memory_remapped(base); });
  chip_.on_memory_change(
      [this](std::uint32_t address, std::uint32_t size) { core_.code_changed(address, size); });
  timing_->on_incoherence(
      [this](Incoherence what, std::uint32_t address) { report_incoherence(what, address); });
  load();
  power_up();
  guard_stack();
}

void Board::load() {
  for (const Segment& segment : image_.segments()) {
    const auto size = static_cast<std::uint32_t>(segment.contents.size());
    const MemoryRegion* region = memory_.place(segment.load_address, size);
    if (size > 0 && !region) {
      throw ImageError(fmt::format(
          "{}: {} bytes at 0x{:08X} are outside the memory of the {}; check the linker script",
          image_.path(), size, segment.load_address, description_.title));
    }
    if (!memory_.place(segment.run_address, segment.memory_size)) {
      throw ImageError(fmt::format(
          "{}: {} bytes for use at 0x{:08X} are outside the memory of the {}; check the linker "
          "script",
          image_.path(), segment.memory_size, segment.run_address, description_.title));
    }
    if (size > 0) {
      std::ranges::copy(segment.contents, region->bytes + (segment.load_address - region->base));
    }
  }
}

void Board::power_up() {
  bus_.reset();
  core_.reset();
  configure_timing();
}

void Board::set_limits(const RunLimits& limits) {
  core_.set_instruction_limit(limits.instructions ? core_.instructions() + *limits.instructions
                                                  : kNever);
  nanosecond_limit_.reset();
  if (limits.milliseconds) {
    nanosecond_limit_ =
        clock_.nanoseconds() + static_cast<std::uint64_t>(std::ceil(1e6 * *limits.milliseconds));
  }
  set_time_limit();
}

void Board::configure_timing() {
  const ClockTree clocks = chip_.clocks();
  const Quadspi& quadspi = chip_.quadspi();
  QspiSettings qspi;
  if (quadspi.memory_mapped()) {
    qspi = {.before_data = quadspi.clocks_before_data() * quadspi.prescaler(),
            .per_byte = quadspi.clocks_per_byte() * quadspi.prescaler()};
  }
  timing_->configure({.instruction_cache = system_control().instruction_cache_enabled(),
                      .data_cache = system_control().data_cache_enabled(),
                      .wait_states = chip_.flash().wait_states(),
                      .prefetch = chip_.flash().prefetch_enabled(),
                      .art = chip_.flash().art_enabled(),
                      .qspi = qspi,
                      .apb1_divider = clocks.hclk / clocks.pclk1,
                      .apb2_divider = clocks.hclk / clocks.pclk2});
}

RunResult Board::run(const RunLimits& limits) {
  set_limits(limits);
  for (;;) {
    if (auto done = handle(core_.run())) return *done;
  }
}

RunResult Board::step(const RunLimits& limits) {
  set_limits(limits);
  return handle(core_.step()).value_or(result(StopReason::kStep, {}));
}

void Board::set_time_limit() {
  core_.set_cycle_limit(nanosecond_limit_ ? clock_.cycle_at(*nanosecond_limit_) : kNever);
}

RunResult Board::result(StopReason reason, std::string explanation) const {
  return {reason, 0, std::move(explanation)};
}

std::optional<RunResult> Board::handle(CoreStop stop) {
  const std::uint32_t pc = core_.pc();
  const auto where = [&] {
    const std::string name = image_.describe(pc);
    return fmt::format("0x{:08X}{}", pc, name.empty() ? "" : " (" + name + ")");
  };
  switch (stop) {
    case CoreStop::kRequested:
      return result(StopReason::kHostRequest, "stopped at " + where());
    case CoreStop::kInstructionLimit:
      return result(StopReason::kInstructionLimit, "instruction limit reached at " + where());
    case CoreStop::kCycleLimit:
      return result(StopReason::kTimeLimit, "time limit reached at " + where());
    case CoreStop::kIdle:
      if (!can_be_woken()) {
        return result(StopReason::kIdleForever,
                      "asleep at " + where() + ", and nothing is left that could wake the core");
      }
      if (!nanosecond_limit_) return result(StopReason::kIdle, "asleep, waiting for input");
      clock_.sleep_until(clock_.cycle_at(*nanosecond_limit_));
      return result(StopReason::kTimeLimit, "time limit reached, asleep at " + where());
    case CoreStop::kHang:
      finish_transmissions();
      return result(StopReason::kHang,
                    "endless loop at " + where() + " that no interrupt can leave");
    case CoreStop::kLockup: {
      finish_transmissions();
      const auto& faults = core_.faults();
      return result(StopReason::kLockup, fmt::format("lockup at {}: {}", where(),
                                                     faults.empty() ? "a fault in a fault handler"
                                                                    : faults.back().what));
    }
    case CoreStop::kBreakpoint:
      return handle_breakpoint();
    case CoreStop::kReset:
      return handle_reset();
    case CoreStop::kStackOverflow:
      return stack_overflow();
    case CoreStop::kFaultLoop:
    case CoreStop::kInterruptLoop:
      return exception_loop(stop);
    case CoreStop::kStepped:
      return result(StopReason::kStep, {});
    case CoreStop::kDebugBreakpoint:
      return result(StopReason::kDebugBreakpoint, "breakpoint at " + where());
    case CoreStop::kWatchpoint:
      return result(StopReason::kWatchpoint, "watchpoint at " + where());
    case CoreStop::kFault:
      return result(StopReason::kFault, core_.faults().back().what);
  }
  return std::nullopt;
}

// BKPT 0xAB is semihosting: r0 says what, r1 with what (Arm IHI 0100).
std::optional<RunResult> Board::handle_breakpoint() {
  constexpr std::uint16_t kSemihosting = 0xBEAB;
  constexpr std::uint32_t kWriteC = 0x03, kWrite0 = 0x04, kExit = 0x18, kExitExtended = 0x20;
  constexpr std::uint32_t kApplicationExit = 0x20026;
  const Registers registers = core_.registers();
  const std::uint8_t* code = memory_.at(registers.pc, 2);
  std::uint16_t instruction = 0;
  if (code) std::memcpy(&instruction, code, 2);
  if (instruction != kSemihosting) {
    return result(StopReason::kBreakpoint,
                  fmt::format("BKPT #{} at 0x{:08X} ({})", instruction & 0xFF, registers.pc,
                              image_.describe(registers.pc)));
  }
  const std::uint32_t argument = registers.r[1];
  RunResult exit = result(StopReason::kExit, "the firmware has ended");
  switch (registers.r[0]) {
    case kExit:
      exit.exit_code = argument == kApplicationExit ? 0 : 1;
      return exit;
    case kExitExtended:
      exit.exit_code = static_cast<int>(memory_.read_word(argument + 4).value_or(1));
      return exit;
    case kWriteC:
    case kWrite0:
      for (std::uint32_t at = argument; const std::uint8_t* byte = memory_.at(at, 1); ++at) {
        if (registers.r[0] == kWrite0 && *byte == 0) break;
        if (semihosting_) semihosting_({reinterpret_cast<const char*>(byte), 1});
        if (registers.r[0] == kWriteC) break;
      }
      break;
    default:
      diagnostics_.report_once(
          fmt::format("semihosting operation 0x{:X} is not supported", registers.r[0]));
  }
  core_.set_pc(registers.pc + 2);
  return std::nullopt;
}

std::optional<RunResult> Board::handle_reset() {
  const std::uint64_t now = clock_.nanoseconds();
  quick_resets_ = now - last_reset_ns_ < kQuickResetNanoseconds ? quick_resets_ + 1 : 1;
  last_reset_ns_ = now;
  diagnostics_.report("the firmware resets the board (AIRCR.SYSRESETREQ)");
  power_up();
  chip_.rcc().note_software_reset();
  if (quick_resets_ < kResetLoopLength) return std::nullopt;
  return result(StopReason::kResetLoop,
                fmt::format("the firmware has reset itself {} times in a row", quick_resets_));
}

bool Board::can_be_woken() const {
  return core_.wakeable() && std::ranges::any_of(chip_.usarts(), &Usart::receiver_enabled);
}

// A core that stands still does not keep the last bytes from leaving.
void Board::finish_transmissions() {
  while (std::ranges::any_of(chip_.usarts(), &Usart::transmitting)) {
    clock_.sleep_until(clock_.next());
  }
}

Usart& Board::serial(std::string_view name) {
  if (Usart* usart = chip_.usart(name)) return *usart;
  throw std::out_of_range(fmt::format("the STM32F746 has no {}", name));
}

bool Board::debug_read(std::uint32_t address, std::span<std::uint8_t> out) {
  while (!out.empty()) {
    const std::uint32_t size = debug_access_size(address, out.size());
    std::array<std::uint8_t, 4> bytes;
    if (!read(address, std::span(bytes).first(size))) {
      const auto value = bus_.read(address, size);
      if (!value) return false;
      std::memcpy(bytes.data(), &*value, size);
    }
    std::copy_n(bytes.begin(), size, out.begin());
    address += size;
    out = out.subspan(size);
  }
  return true;
}

bool Board::debug_write(std::uint32_t address, std::span<const std::uint8_t> bytes) {
  while (!bytes.empty()) {
    const std::uint32_t size = debug_access_size(address, bytes.size());
    if (!write(address, bytes.first(size))) {
      std::uint32_t value = 0;
      std::memcpy(&value, bytes.data(), size);
      if (!bus_.write(address, size, value)) return false;
    }
    address += size;
    bytes = bytes.subspan(size);
  }
  return true;
}

bool Board::read(std::uint32_t address, std::span<std::uint8_t> out) const {
  const std::uint8_t* bytes = memory_.at(address, static_cast<std::uint32_t>(out.size()));
  if (bytes) std::copy_n(bytes, out.size(), out.begin());
  return bytes != nullptr;
}

bool Board::write(std::uint32_t address, std::span<const std::uint8_t> bytes) {
  const auto size = static_cast<std::uint32_t>(bytes.size());
  std::uint8_t* to = memory_.at(address, size);
  if (!to) return false;
  std::ranges::copy(bytes, to);
  core_.code_changed(address, size);
  return true;
}

std::string Board::function_at(std::uint32_t address) const {
  const auto location = image_.locate(address);
  return location ? std::string(location->function) : fmt::format("0x{:08X}", address);
}

std::vector<FunctionProfile> Board::profile() const {
  std::map<std::string, FunctionProfile> functions;
  core_.blocks().for_each([&](const Block& block) {
    functions[function_at(block.address)].instructions += block.executed;
  });
  timing_->for_each_block([&](std::uint32_t address, const CycleCount& count) {
    if (count.cycles > 0) functions[address ? function_at(address) : "(exceptions)"].time += count;
  });
  std::vector<FunctionProfile> out;
  for (auto& [name, profile] : functions) {
    profile.function = name;
    out.push_back(std::move(profile));
  }
  std::ranges::stable_sort(out, std::greater<>(), [](const FunctionProfile& profile) {
    return std::pair(profile.time.cycles, profile.instructions);
  });
  return out;
}

}  // namespace simulator
