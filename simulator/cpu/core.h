// The Cortex-M7: runs instructions, takes exceptions, sleeps, faults.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "simulator/cpu/access_locator.h"
#include "simulator/cpu/block.h"
#include "simulator/cpu/dwt.h"
#include "simulator/cpu/engine.h"
#include "simulator/cpu/exception_frame.h"
#include "simulator/cpu/fault.h"
#include "simulator/cpu/flash_stores.h"
#include "simulator/cpu/memory.h"
#include "simulator/cpu/nvic.h"
#include "simulator/cpu/system_control.h"
#include "simulator/cpu/systick.h"
#include "simulator/peripherals/bus.h"
#include "simulator/timing/clock.h"
#include "simulator/timing/timing_model.h"

namespace simulator {

/// Why Core::run returned.
enum class CoreStop {
  kRequested,
  kInstructionLimit,
  kCycleLimit,
  kIdle,  ///< asleep, and no event is due: only the outside world can wake it
  kHang,  ///< `b .` that nothing can interrupt
  kLockup,
  kBreakpoint,     ///< BKPT; pc is the instruction
  kReset,          ///< the firmware asked for a system reset
  kStackOverflow,  ///< MSP is below the limit that was set
  kFaultLoop,      ///< a handler returns to an instruction that faults again, and so on
  kInterruptLoop,  ///< an exception is pending again whenever its handler returns
  // For a debugger only:
  kStepped,
  kDebugBreakpoint,  ///< one of set_breakpoints(); pc has not run
  kWatchpoint,       ///< see watched()
  kFault,            ///< see stop_on_faults()
};

class Core final : private EngineClient {
 public:
  /// `boot_address`: of the vector table after reset.
  Core(Memory& memory, Bus& bus, Clock& clock, TimingModel& timing, Nvic& nvic, FlashStores& flash,
       std::uint32_t boot_address);

  /// Loads SP and PC from the vector table. Memory stays as it is. The bus is not reset.
  void reset();
  CoreStop run();
  /// Executes one instruction, or takes one exception.
  CoreStop step();
  /// Makes run() return soon. Safe from other threads and signal handlers.
  void request_stop() { stop_requested_ = true; }
  /// request_stop() was called and has had no effect yet.
  [[nodiscard]] bool stop_requested() const { return stop_requested_; }

  /// Instructions retired since power-on.
  [[nodiscard]] std::uint64_t instructions() const { return instructions_; }
  /// run() stops at the first block that starts at or past these.
  void set_instruction_limit(std::uint64_t limit) { instruction_limit_ = limit; }
  void set_cycle_limit(Cycle limit) { cycle_limit_ = limit; }

  [[nodiscard]] Registers registers() const;
  [[nodiscard]] std::uint32_t pc() const { return pc_; }
  /// Goes on at `pc`. A sleeping core wakes; a fault that was held back is forgotten.
  void set_pc(std::uint32_t pc);
  /// Any register but pc, by Unicorn's UC_ARM_REG_*.
  [[nodiscard]] std::uint64_t get_register(int reg) const { return engine_.get_double(reg); }
  /// Of XPSR sets the flags only.
  void set_register(int reg, std::uint64_t value);
  /// run() stops with kDebugBreakpoint before it executes one of these instructions. step() does
  /// not heed them.
  void set_breakpoints(std::set<std::uint32_t> addresses);
  /// run() and step() stop with kWatchpoint before the core accesses such data, and then go past
  /// that access. All of it must be memory. Stacking of exceptions and DMA are not seen.
  void set_watchpoints(std::vector<Watchpoint> watchpoints);
  /// What has stopped the core with kWatchpoint.
  [[nodiscard]] const Watchpoint& watched() const { return watched_; }
  /// Stop with kFault, pc at the instruction; the next run() or step() takes the exception.
  void stop_on_faults(bool stop) { stop_on_faults_ = stop; }
  /// Stop with kStackOverflow when MSP comes to lie in [bottom, limit). Once: then the guard is
  /// off.
  void guard_stack(std::uint32_t bottom, std::uint32_t limit);
  /// Whether an interrupt that is enabled, pending or not, could get the core out of its sleep.
  [[nodiscard]] bool wakeable() const;
  /// Called for each fault before its handler runs.
  void on_fault(std::function<void(const Fault&)> action) { fault_observer_ = std::move(action); }
  [[nodiscard]] const SystemControl& system_control() const { return system_control_; }
  [[nodiscard]] SystemControl& system_control() { return system_control_; }
  [[nodiscard]] const BlockCache& blocks() const { return blocks_; }
  /// The faults since power-on; the first ones and the last are kept.
  [[nodiscard]] const std::vector<Fault>& faults() const { return faults_; }
  [[nodiscard]] std::uint64_t fault_count() const { return fault_count_; }
  /// Must be called after the host has changed code at [address, address + size).
  void code_changed(std::uint32_t address, std::uint32_t size) { engine_.forget(address, size); }
  /// Must be called after Memory::silence has changed what accesses find.
  void memory_remapped(std::uint32_t base) { engine_.remap(*memory_.place(base)); }

 private:
  static constexpr std::size_t kKeptFaults = 16;
  /// Faults in the same state, and entries of one handler with nothing in between, that count as a
  /// loop: no handler does useful work that often.
  static constexpr unsigned kLoopingFaults = 100;
  static constexpr unsigned kLoopingExceptions = 100'000;
  /// Instructions between looks at request_stop().
  static constexpr std::uint64_t kPollInterval = 1 << 20;

  // core.cpp: running and counting.
  bool block(std::uint32_t address, std::uint32_t size) override;
  bool proceed(Block* next);
  void retire_until(std::uint32_t index);
  void leave_block(std::uint32_t index);
  std::optional<CoreStop> execute();
  std::optional<CoreStop> run_until(std::uint32_t end);
  void update_traps();
  std::optional<CoreStop> handle(EngineExit exit);
  std::optional<CoreStop> handle_interrupt();
  std::optional<CoreStop> stop_reason();
  std::optional<CoreStop> sleep();
  bool hangs();
  void update_check();

  // core_memory.cpp: devices and memory accesses that go wrong.
  std::uint32_t device_read(std::uint32_t address, std::uint32_t size) override;
  void device_write(std::uint32_t address, std::uint32_t size, std::uint32_t value) override;
  void unmapped(const MemoryAccess& access) override { bad_access_ = access; }
  const MemoryInstruction* locate(const MemoryAccess& access);
  void begin_device_access(const MemoryAccess& access);
  void device_missing(const MemoryAccess& access);
  std::optional<CoreStop> handle_bad_access();
  [[nodiscard]] std::string why_nothing(std::uint32_t address) const;
  [[nodiscard]] std::uint32_t it_state() const;
  void set_it_state(std::uint32_t state);
  void store_to_flash(const MemoryAccess& access, std::uint32_t length);
  void handle_not_executed();
  std::optional<CoreStop> trap_instruction(std::uint32_t flags);
  bool divides_by_zero();

  // core_debug.cpp: what a debugger asks for, and guards against runaway firmware.
  std::optional<CoreStop> step_instruction();
  std::optional<CoreStop> handle_watched(const MemoryAccess& access, std::uint32_t begin,
                                         std::uint32_t bytes, std::uint32_t length);
  void check_stack();

  // core_exceptions.cpp: entry, return, escalation.
  [[nodiscard]] ExceptionMasks masks() const;
  [[nodiscard]] int sleeping_priority() const;
  [[nodiscard]] int execution_priority() const { return nvic_.execution_priority(masks()); }
  [[nodiscard]] unsigned exception_number() const;
  [[nodiscard]] std::optional<unsigned> takeable() const;
  void enter(unsigned exception);
  void clear_exclusive();
  void start_handler(unsigned exception, std::uint32_t exc_return);
  void return_from_exception(std::uint32_t exc_return);
  void take_synchronously(unsigned exception);
  [[nodiscard]] bool may_take(unsigned exception) const;
  void escalate();
  void raise(unsigned exception, std::uint32_t cfsr, std::string what,
             std::optional<std::uint32_t> address = std::nullopt);
  void record(unsigned exception, std::uint32_t cfsr, std::string what,
              std::optional<std::uint32_t> address = std::nullopt);

  Memory& memory_;
  Bus& bus_;
  Clock& clock_;
  TimingModel& timing_;
  Nvic& nvic_;
  FlashStores& flash_;
  Engine engine_;
  AccessLocator locator_;
  BlockCache blocks_;
  SysTick systick_;
  Dwt dwt_;
  SystemControl system_control_;

  std::uint32_t pc_ = 0;
  std::uint64_t instructions_ = 0;
  std::uint64_t instruction_limit_ = kNever;
  std::uint64_t next_check_ = 0;
  Cycle cycle_limit_ = kNever;
  std::atomic<bool> stop_requested_ = false;

  // The block that runs, and how many of its instructions have been counted.
  Block no_block_;
  Block* block_ = &no_block_;
  Block* previous_block_ = &no_block_;  // by which the engine came to block_
  std::uint32_t it_state_ = 0;          // ITSTATE when the engine was started
  std::uint32_t retired_ = 0;
  // The first instruction of the block that may make its next device access.
  std::uint32_t next_access_ = 0;
  std::uint32_t trap_flags_ = 0;
  std::uint32_t look_after_ =
      kChangesMasks | kSendsEvent | kLoadsExclusive;  // blocks of these flags have run
  Block* trapped_block_ = nullptr;
  std::optional<MemoryAccess> bad_access_;
  std::optional<MemoryAccess> missing_device_;

  bool asleep_ = false;
  bool waits_for_event_ = false;
  bool event_register_ = false;
  bool exclusive_ = false;  // the exclusive monitor may be open
  bool hung_ = false;
  bool locked_up_ = false;
  bool stepping_ = false;
  bool stop_on_faults_ = false;
  std::optional<unsigned> held_fault_;  // to be taken when the core goes on

  std::vector<Watchpoint> watchpoints_;
  Watchpoint watched_{};
  std::optional<std::uint32_t> watched_pc_;  // has stopped there: the next time it goes on

  std::uint32_t stack_bottom_ = 0, stack_limit_ = 0;  // equal: no guard
  bool stack_overflowed_ = false;
  unsigned repeated_faults_ = 0;     // in a row, in the very same state
  unsigned chained_exceptions_ = 0;  // of one number, with nothing in between
  std::vector<Fault> faults_;
  std::function<void(const Fault&)> fault_observer_;
  std::uint64_t fault_count_ = 0;
};

}  // namespace simulator
