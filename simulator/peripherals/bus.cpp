#include "simulator/peripherals/bus.h"

#include <utility>

namespace simulator {
namespace {

std::uint32_t lane_mask(std::uint32_t size) { return size >= 4 ? ~0u : (1u << 8 * size) - 1; }

}  // namespace

void Bus::add(std::string name, std::uint32_t base, std::uint32_t size, Peripheral& peripheral,
              ClockGate gate) {
  devices_.push_back({std::move(name), base, size, &peripheral, gate});
  last_ = nullptr;
}

const Bus::Device* Bus::find(std::uint32_t address) {
  if (last_ && address - last_->base < last_->size) return last_;
  for (const Device& device : devices_) {
    if (address - device.base < device.size) return last_ = &device;
  }
  return nullptr;
}

bool Bus::clocked(const Device& device) {
  if (device.gate.open()) return true;
  diagnostics_.report_once(device.name +
                           " is accessed while its clock is off in RCC: it reads 0 and ignores "
                           "writes");
  return false;
}

std::optional<std::uint32_t> Bus::read(std::uint32_t address, std::uint32_t size) {
  const Device* device = find(address);
  if (!device) return std::nullopt;
  if (!clocked(*device)) return 0;
  const std::uint32_t offset = address - device->base;
  if (const auto bytes = device->peripheral->read_fifo(offset, size)) return bytes;
  const std::uint32_t word = device->peripheral->read(offset & ~3u);
  return word >> 8 * (offset & 3) & lane_mask(size);
}

bool Bus::write(std::uint32_t address, std::uint32_t size, std::uint32_t value) {
  const Device* device = find(address);
  if (!device) return false;
  if (!clocked(*device)) return true;
  const std::uint32_t offset = address - device->base;
  if (device->peripheral->write_fifo(offset, size, value)) return true;
  if (size < 4) {
    const unsigned shift = 8 * (offset & 3);
    const std::uint32_t mask = lane_mask(size) << shift;
    value = (device->peripheral->read(offset & ~3u) & ~mask) | (value << shift & mask);
  }
  device->peripheral->write(offset & ~3u, value);
  return true;
}

void Bus::reset() {
  for (const Device& device : devices_) device.peripheral->reset();
}

}  // namespace simulator
