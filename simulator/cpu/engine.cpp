#include "simulator/cpu/engine.h"

#include <fmt/format.h>

#include <cstring>
#include <stdexcept>
#include <utility>

namespace simulator {
namespace {

void check(uc_err error, const char* what) {
  if (error != UC_ERR_OK) {
    throw std::runtime_error(fmt::format("unicorn: {}: {}", what, uc_strerror(error)));
  }
}

constexpr std::uint32_t kPage = 4096;

MemoryAccess::Kind access_kind(uc_mem_type type) {
  switch (type) {
    case UC_MEM_WRITE_UNMAPPED:
    case UC_MEM_WRITE_PROT:
      return MemoryAccess::Kind::kWrite;
    case UC_MEM_FETCH_UNMAPPED:
    case UC_MEM_FETCH_PROT:
      return MemoryAccess::Kind::kFetch;
    default:
      return MemoryAccess::Kind::kRead;
  }
}

}  // namespace

struct Engine::Hooks {
  static Engine& self(void* user) { return *static_cast<Engine*>(user); }

  static void block(uc_engine* uc, std::uint64_t address, std::uint32_t size, void* user) {
    Engine& engine = self(user);
    if (engine.aside_) [[unlikely]]
      return;
    if (!engine.client_.block(static_cast<std::uint32_t>(address), size)) [[unlikely]] {
      engine.stopped_ = true;
      uc_emu_stop(uc);
    }
  }

  static void interrupt(uc_engine* uc, std::uint32_t number, void* user) {
    Engine& engine = self(user);
    engine.trap_ = number;
    engine.trapped_ = true;
    uc_emu_stop(uc);
  }

  static bool unmapped(uc_engine*, uc_mem_type type, std::uint64_t address, int size,
                       std::int64_t value, void* user) {
    // A predicated store does not stop at once: what runs on is undone, and counts for nothing.
    Engine& engine = self(user);
    if (std::exchange(engine.bad_access_, true)) return false;
    uc_context_save(engine.uc_, engine.at_bad_access_);
    engine.client_.unmapped({access_kind(type), static_cast<std::uint32_t>(address),
                             static_cast<std::uint32_t>(size), static_cast<std::uint32_t>(value)});
    return false;
  }

  static void access(uc_engine*, uc_mem_type type, std::uint64_t address, int size, std::int64_t,
                     void* user) {
    static_cast<AccessLog*>(user)->add({static_cast<std::uint32_t>(address),
                                        static_cast<std::uint16_t>(size), type == UC_MEM_WRITE});
  }

  static std::uint64_t read(uc_engine*, std::uint64_t offset, unsigned size, void* user) {
    const auto& window = *static_cast<DeviceWindow*>(user);
    return window.engine->client_.device_read(window.base + static_cast<std::uint32_t>(offset),
                                              size);
  }

  static void write(uc_engine*, std::uint64_t offset, unsigned size, std::uint64_t value,
                    void* user) {
    const auto& window = *static_cast<DeviceWindow*>(user);
    window.engine->client_.device_write(window.base + static_cast<std::uint32_t>(offset), size,
                                        static_cast<std::uint32_t>(value));
  }
};

Engine::Engine(const Memory& memory, EngineClient& client) : memory_(memory), client_(client) {
  check(uc_open(UC_ARCH_ARM, UC_MODE_THUMB, &uc_), "open");
  // UC_MODE_MCLASS would silently give a Cortex-M33.
  check(uc_ctl_set_cpu_model(uc_, UC_CPU_ARM_CORTEX_M7), "select Cortex-M7");
  check(uc_context_alloc(uc_, &at_bad_access_), "allocate registers");
  for (const MemoryRegion& region : memory.regions()) {
    if (region.silent.empty()) map(region);
  }
  const auto hook = [this](int type, auto function) {
    uc_hook handle;
    check(uc_hook_add(uc_, &handle, type, reinterpret_cast<void*>(function), this, 1, 0), "hook");
  };
  hook(UC_HOOK_BLOCK, &Hooks::block);
  hook(UC_HOOK_INTR, &Hooks::interrupt);
  hook(UC_HOOK_MEM_INVALID, &Hooks::unmapped);
}

Engine::~Engine() {
  uc_context_free(at_bad_access_);
  uc_close(uc_);
}

std::uint32_t Engine::get(int reg) const {
  std::uint32_t value = 0;
  uc_reg_read(uc_, reg, &value);
  return value;
}

std::uint64_t Engine::get_double(int reg) const {
  std::uint64_t value = 0;
  uc_reg_read(uc_, reg, &value);
  return value;
}

void Engine::set(int reg, std::uint32_t value) { uc_reg_write(uc_, reg, &value); }
void Engine::set_double(int reg, std::uint64_t value) { uc_reg_write(uc_, reg, &value); }

void Engine::map(const MemoryRegion& region) {
  check(uc_mem_map_ptr(uc_, region.base, region.size, permissions(region), region.bytes),
        "map memory");
}

void Engine::remap(const MemoryRegion& region) {
  if (region.silent.empty()) {
    map(region);
  } else {
    check(uc_mem_unmap(uc_, region.base, region.size), "unmap memory");
  }
}

void Engine::map_device(std::uint32_t base, std::uint32_t size) {
  DeviceWindow& window = windows_.emplace_back(DeviceWindow{this, base});
  check(uc_mmio_map(uc_, base, size, &Hooks::read, &window, &Hooks::write, &window), "map device");
}

void Engine::log_accesses(AccessLog& log) {
  uc_hook handle;
  check(uc_hook_add(uc_, &handle, UC_HOOK_MEM_READ | UC_HOOK_MEM_WRITE,
                    reinterpret_cast<void*>(&Hooks::access), &log, 1, 0),
        "hook accesses");
}

EngineExit Engine::run(std::uint32_t pc, std::uint32_t end) {
  stopped_ = trapped_ = bad_access_ = false;
  const uc_err error = uc_emu_start(uc_, pc | 1, end, 0, 0);
  if (bad_access_) {
    uc_context_restore(uc_, at_bad_access_);
    return EngineExit::kMemory;
  }
  if (trapped_) return EngineExit::kInterrupt;
  switch (error) {
    case UC_ERR_OK:
      return stopped_ ? EngineExit::kStopped : EngineExit::kOther;
    case UC_ERR_INSN_INVALID:
    case UC_ERR_EXCEPTION:
      return EngineExit::kUndefined;
    default:
      return EngineExit::kMemory;
  }
}

std::uint32_t Engine::permissions(const MemoryRegion& region) {
  return static_cast<std::uint32_t>(UC_PROT_READ | UC_PROT_EXEC) |
         (region.writable ? UC_PROT_WRITE : UC_PROT_NONE);
}

void Engine::lift_protection() {
  for (const MemoryRegion& region : memory_.regions()) {
    if (!region.writable) uc_mem_protect(uc_, region.base, region.size, UC_PROT_ALL);
  }
  for (const auto& [page, denied] : watched_pages_) uc_mem_protect(uc_, page, kPage, UC_PROT_ALL);
}

void Engine::protect() {
  for (const MemoryRegion& region : memory_.regions()) {
    if (!region.writable) uc_mem_protect(uc_, region.base, region.size, permissions(region));
  }
  for (const auto& [page, denied] : watched_pages_) {
    uc_mem_protect(uc_, page, kPage, permissions(*memory_.find(page)) & ~denied);
  }
}

void Engine::watch(const std::vector<Watchpoint>& watchpoints) {
  for (auto& [page, denied] : watched_pages_) denied = UC_PROT_NONE;
  protect();
  watched_pages_.clear();
  for (const Watchpoint& watched : watchpoints) {
    const std::uint32_t last = watched.address + watched.size - 1;
    for (std::uint32_t page = watched.address / kPage; page <= last / kPage; ++page) {
      std::uint32_t& denied = watched_pages_[page * kPage];
      if (watched.reads) denied |= UC_PROT_READ;
      if (watched.writes) denied |= UC_PROT_WRITE;
    }
  }
  protect();
}

EngineExit Engine::step_over_protection(std::uint32_t pc, std::uint32_t length) {
  lift_protection();
  forget(pc, length);  // a translation that runs on past the end must not be used
  const EngineExit exit = run(pc, pc + length);
  forget(pc, length);
  protect();
  return exit;
}

void Engine::execute_aside(std::uint32_t instruction, std::uint32_t place) {
  std::uint8_t* code = memory_.at(place, sizeof instruction);
  std::uint32_t before;
  std::memcpy(&before, code, sizeof before);
  std::memcpy(code, &instruction, sizeof instruction);
  forget(place, sizeof instruction);
  aside_ = true;
  uc_emu_start(uc_, place | 1, place + sizeof instruction, 0, 0);
  aside_ = false;
  std::memcpy(code, &before, sizeof before);
  forget(place, sizeof instruction);
}

void Engine::forget(std::uint32_t base, std::uint32_t size) {
  uc_ctl_remove_cache(uc_, base, base + size);
}

}  // namespace simulator
