// A thin owner of the Unicorn emulator, which executes the instructions.
#pragma once

#include <unicorn/unicorn.h>

#include <cstdint>
#include <deque>
#include <map>
#include <vector>

#include "simulator/cpu/memory.h"
#include "simulator/timing/access_log.h"

namespace simulator {

/// Why Engine::run returned.
enum class EngineExit {
  kStopped,    ///< block() asked for it; the block at pc() has not run
  kInterrupt,  ///< SVC, BKPT or a return from an exception; see EngineTrap
  kUndefined,  ///< undefined instruction, Arm state, or WFE or YIELD, which it leaves to us
  kMemory,     ///< an access where there is nothing; see EngineClient::unmapped
  kOther,      ///< WFI, or the end address was reached
};

/// Numbers that Unicorn gives to what reaches its interrupt hook (QEMU's EXCP_* of target/arm).
enum EngineTrap : std::uint32_t {
  kTrapSvc = 2,
  kTrapPrefetchAbort = 3,  ///< also a return from an exception: its address is no memory
  kTrapBkpt = 7,
  kTrapExceptionExit = 8,
};

struct MemoryAccess {
  enum class Kind { kRead, kWrite, kFetch };
  Kind kind;
  std::uint32_t address;
  std::uint32_t size;   ///< bytes
  std::uint32_t value;  ///< of a write
};

/// Data that a debugger watches.
struct Watchpoint {
  std::uint32_t address;
  std::uint32_t size;  ///< bytes
  bool reads, writes;
  bool operator==(const Watchpoint&) const = default;
};

/// What the engine calls while it runs.
class EngineClient {
 public:
  virtual ~EngineClient() = default;
  /// Before the block at `address` runs; false stops the engine there.
  virtual bool block(std::uint32_t address, std::uint32_t size) = 0;
  virtual std::uint32_t device_read(std::uint32_t address, std::uint32_t size) = 0;
  virtual void device_write(std::uint32_t address, std::uint32_t size, std::uint32_t value) = 0;
  /// An access that hit neither memory nor device, a store to flash, or one to a page that holds
  /// watched data. The engine will stop.
  virtual void unmapped(const MemoryAccess& access) = 0;
};

class Engine {
 public:
  /// Throws std::runtime_error when Unicorn cannot be set up.
  Engine(const Memory& memory, EngineClient& client);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// Registers are named by Unicorn's UC_ARM_REG_*.
  [[nodiscard]] std::uint32_t get(int reg) const;
  [[nodiscard]] std::uint64_t get_double(int reg) const;
  void set(int reg, std::uint32_t value);
  void set_double(int reg, std::uint64_t value);

  /// Routes the accesses to [base, base + size) to the client. Multiples of 4 KB.
  void map_device(std::uint32_t base, std::uint32_t size);
  /// A region of the memory has fallen silent, or answers again.
  void remap(const MemoryRegion& region);
  /// From now on writes every access to memory or device into `log`, before it happens.
  void log_accesses(AccessLog& log);
  /// Executes from `pc` (Thumb) until something stops it, or `end` is reached.
  EngineExit run(std::uint32_t pc, std::uint32_t end = kNoEnd);
  /// Executes exactly the instruction at `pc`, `length` bytes, whatever memory it accesses.
  EngineExit step_over_protection(std::uint32_t pc, std::uint32_t length);
  /// Executes the 32-bit instruction at `place`, whose contents are put back. Nobody is told.
  void execute_aside(std::uint32_t instruction, std::uint32_t place);
  /// From now on stops before these accesses and others to the same pages.
  void watch(const std::vector<Watchpoint>& watchpoints);
  /// Forgets translations of [base, base + size): the host has changed the code there.
  void forget(std::uint32_t base, std::uint32_t size);

  /// The trap of the last exit, when it was kInterrupt.
  [[nodiscard]] std::uint32_t trap() const { return trap_; }
  /// After a memory exit or in a device access this is the start of the current block; else exact.
  [[nodiscard]] std::uint32_t pc() const { return get(UC_ARM_REG_PC); }

 private:
  static constexpr std::uint32_t kNoEnd = 0xFFFFFFFE;
  struct Hooks;
  friend struct Hooks;
  [[nodiscard]] static std::uint32_t permissions(const MemoryRegion& region);
  void map(const MemoryRegion& region);
  void lift_protection();
  void protect();

  const Memory& memory_;
  EngineClient& client_;
  uc_engine* uc_ = nullptr;
  // Unicorn hands a device callback the offset into its mapping only.
  struct DeviceWindow {
    Engine* engine;
    std::uint32_t base;
  };
  std::deque<DeviceWindow> windows_;
  std::map<std::uint32_t, std::uint32_t> watched_pages_;  // address to what is not permitted
  std::uint32_t trap_ = 0;
  uc_context* at_bad_access_ = nullptr;  // registers
  bool bad_access_ = false;
  bool aside_ = false;
  bool stopped_ = false;
  bool trapped_ = false;
};

}  // namespace simulator
