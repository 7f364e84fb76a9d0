#include "simulator/cpu/memory.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace simulator {

void Memory::add(std::string name, std::uint32_t base, std::uint32_t size, bool writable,
                 std::uint8_t fill) {
  auto& buffer = buffers_.emplace_back(std::make_unique_for_overwrite<std::uint8_t[]>(size));
  std::memset(buffer.get(), fill, size);
  regions_.push_back({std::move(name), base, size, writable, buffer.get()});
}

void Memory::alias(std::string name, std::uint32_t base, std::uint32_t of) {
  MemoryRegion region = *find(of);
  region.name = std::move(name);
  region.base = base;
  regions_.push_back(std::move(region));
}

void Memory::silence(std::uint32_t base, std::string why) {
  std::ranges::find(regions_, base, &MemoryRegion::base)->silent = std::move(why);
}

const MemoryRegion* Memory::place(std::uint32_t address, std::uint32_t length) const {
  for (const MemoryRegion& region : regions_) {
    if (region.contains(address, length)) return &region;
  }
  return nullptr;
}

const MemoryRegion* Memory::find(std::uint32_t address, std::uint32_t length) const {
  const MemoryRegion* region = place(address, length);
  return region && region->silent.empty() ? region : nullptr;
}

std::uint8_t* Memory::at(std::uint32_t address, std::uint32_t length) const {
  const MemoryRegion* region = find(address, length);
  return region ? region->bytes + (address - region->base) : nullptr;
}

std::optional<std::uint32_t> Memory::read_word(std::uint32_t address) const {
  const std::uint8_t* bytes = at(address, 4);
  if (!bytes) return std::nullopt;
  std::uint32_t value;
  std::memcpy(&value, bytes, 4);
  return value;
}

bool Memory::write_word(std::uint32_t address, std::uint32_t value) {
  const MemoryRegion* region = find(address, 4);
  if (!region || !region->writable) return false;
  std::memcpy(region->bytes + (address - region->base), &value, 4);
  return true;
}

}  // namespace simulator
