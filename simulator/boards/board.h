// A virtual board: give it a firmware image, and run it.
//
//   const auto* description = simulator::find_board("stm32f746g-disco");
//   simulator::Board board(*description, simulator::Image::load("firmware.elf"));
//   board.serial("USART6").on_transmit([](std::uint8_t byte) { std::putchar(byte); });
//   const auto result = board.run({.milliseconds = 100});
//
// Nothing depends on the host's time or on chance: the same image and the same calls give the same
// bytes, instructions and cycles.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/boards/description.h"
#include "simulator/boards/stm32f746.h"
#include "simulator/cpu/core.h"
#include "simulator/elf/image.h"

namespace simulator {

enum class StopReason {
  kHostRequest,  ///< request_stop()
  kInstructionLimit,
  kTimeLimit,
  kIdle,           ///< asleep, nothing is due: a byte fed to a UART may wake it. A run with
                   ///< a time limit sleeps until then instead.
  kIdleForever,    ///< asleep, and no receiver could wake it either
  kBreakpoint,     ///< BKPT; semihosting exits too
  kExit,           ///< semihosting SYS_EXIT; see RunResult::exit_code
  kHang,           ///< an endless loop that no interrupt can leave
  kLockup,         ///< a fault that no handler could take
  kResetLoop,      ///< the firmware resets itself again and again
  kStackOverflow,  ///< the main stack has grown out of its place
  kExceptionLoop,  ///< exceptions follow each other and nothing else runs
  // For a debugger only, see Board::core():
  kStep,
  kDebugBreakpoint,
  kWatchpoint,  ///< Core::watched(); the access has not been made
  kFault,       ///< faults().back(); its handler has not run
};

struct RunLimits {
  /// Further instructions; the run stops at the first block that starts past them.
  std::optional<std::uint64_t> instructions = std::nullopt;
  /// Further simulated time.
  std::optional<double> milliseconds = std::nullopt;
};

struct RunResult {
  StopReason reason;
  int exit_code = 0;        ///< of kExit
  std::string explanation;  ///< one line
  /// The firmware did something that a board would not survive.
  [[nodiscard]] bool failed() const {
    return reason == StopReason::kHang || reason == StopReason::kLockup ||
           reason == StopReason::kResetLoop || reason == StopReason::kStackOverflow ||
           reason == StopReason::kExceptionLoop;
  }
};

/// What a function has executed, without what it called.
struct FunctionProfile {
  std::string function;  ///< demangled, or "0x..." where the image has no symbol
  std::uint64_t instructions = 0;
  CycleCount time;  ///< all zero without a timing model that knows
};

class Board {
 public:
  /// Loads the image and powers up. Throws ImageError when it does not fit the memory map.
  Board(const BoardDescription& description, Image image,
        std::unique_ptr<TimingModel> timing = std::make_unique<OneCyclePerInstruction>());

  RunResult run(const RunLimits& limits = {});
  /// One instruction, or the entry of one exception. Ends with kStep, or as run() does.
  RunResult step(const RunLimits& limits = {});
  /// As the reset button does: memory keeps its contents.
  void reset() { power_up(); }
  /// Makes run() return soon. Safe from callbacks, other threads and signal handlers.
  void request_stop() { core_.request_stop(); }
  [[nodiscard]] bool stop_requested() const { return core_.stop_requested(); }

  /// The USART of that name. Throws std::out_of_range for one the microcontroller has not.
  [[nodiscard]] Usart& serial(std::string_view name);
  [[nodiscard]] Gpio& gpio(char port) { return chip_.gpio(port); }
  /// Warnings: unclocked peripherals, illegal clocks, wrong bit rates. One line each.
  void on_diagnostic(Diagnostics::Sink sink) { diagnostics_.set_sink(std::move(sink)); }
  /// Called for each fault before the firmware's handler runs; describe() makes it readable.
  void on_fault(std::function<void(const Fault&)> sink) { core_.on_fault(std::move(sink)); }
  /// Called when the firmware has erased or programmed [offset, offset + size) of flash.
  void on_flash_change(std::function<void(std::uint32_t offset, std::uint32_t size)> sink) {
    flash_changed_ = std::move(sink);
  }
  /// Text that the firmware prints through semihosting.
  void on_semihosting(std::function<void(std::string_view)> sink) {
    semihosting_ = std::move(sink);
  }

  /// Since power-on.
  [[nodiscard]] std::uint64_t instructions() const { return core_.instructions(); }
  [[nodiscard]] Cycle cycles() const { return clock_.now(); }
  /// Cycles spent asleep, of cycles().
  [[nodiscard]] Cycle cycles_asleep() const { return clock_.slept(); }
  [[nodiscard]] double milliseconds() const {
    return 1e-6 * static_cast<double>(clock_.nanoseconds());
  }
  [[nodiscard]] std::uint32_t hclk_hz() const { return clock_.hz(); }
  [[nodiscard]] ClockTree clocks() const { return chip_.clocks(); }

  [[nodiscard]] Registers registers() const { return core_.registers(); }
  [[nodiscard]] const SystemControl& system_control() const { return core_.system_control(); }
  [[nodiscard]] const Image& image() const { return image_; }
  [[nodiscard]] const BoardDescription& description() const { return description_; }

  /// For a debugger: registers, breakpoints and faults of the core.
  [[nodiscard]] Core& core() { return core_; }
  /// Memory, flash and device registers as a debug probe accesses them: words where address and
  /// size allow. False when not all of it answers.
  bool debug_read(std::uint32_t address, std::span<std::uint8_t> out);
  bool debug_write(std::uint32_t address, std::span<const std::uint8_t> bytes);

  /// Memory by the core's addresses. False when it is not all within one memory.
  bool read(std::uint32_t address, std::span<std::uint8_t> out) const;
  bool write(std::uint32_t address, std::span<const std::uint8_t> bytes);
  [[nodiscard]] std::optional<std::uint32_t> read_word(std::uint32_t address) const {
    return memory_.read_word(address);
  }

  /// Faults since power-on, whether or not the firmware handled them.
  [[nodiscard]] std::uint64_t fault_count() const { return core_.fault_count(); }
  [[nodiscard]] const std::vector<Fault>& faults() const { return core_.faults(); }
  /// Several lines: what happened, where, registers, the instruction.
  [[nodiscard]] std::string describe(const Fault& fault) const;
  /// Where the core stands now, in the same form.
  [[nodiscard]] std::string describe_state() const;

  /// Cycles awake, with their stalls, since power-on: take it before and after what is of interest.
  /// All zero without a timing model that knows.
  [[nodiscard]] CycleCount time() const { return timing_->total(); }
  /// By function, most cycles (or instructions) first.
  [[nodiscard]] std::vector<FunctionProfile> profile() const;

 private:
  void load();
  void power_up();
  void configure_timing();
  void report_incoherence(Incoherence what, std::uint32_t address);
  [[nodiscard]] std::string function_at(std::uint32_t address) const;
  void set_limits(const RunLimits& limits);
  void set_time_limit();
  void guard_stack();
  std::optional<RunResult> handle(CoreStop stop);
  std::optional<RunResult> handle_breakpoint();
  std::optional<RunResult> handle_reset();
  [[nodiscard]] bool can_be_woken() const;
  void finish_transmissions();
  [[nodiscard]] RunResult stack_overflow() const;
  [[nodiscard]] RunResult exception_loop(CoreStop stop) const;
  [[nodiscard]] RunResult result(StopReason reason, std::string explanation) const;

  const BoardDescription& description_;
  Image image_;
  Diagnostics diagnostics_;
  Memory memory_;
  Bus bus_;
  Clock clock_;
  std::unique_ptr<TimingModel> timing_;
  Nvic nvic_;
  Stm32f746 chip_;
  Core core_;
  std::function<void(std::string_view)> semihosting_;
  std::function<void(std::uint32_t, std::uint32_t)> flash_changed_;
  std::string_view stack_limit_symbol_;
  std::optional<std::uint64_t> nanosecond_limit_;
  std::uint64_t last_reset_ns_ = 0;
  unsigned quick_resets_ = 0;
  std::set<Incoherence> incoherences_;  // that have been reported
};

}  // namespace simulator
