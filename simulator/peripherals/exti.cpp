#include "simulator/peripherals/exti.h"

#include <iterator>

namespace simulator {
namespace {
// EXTI lines that share a position of the NVIC (RM0385 table 46).
struct Group {
  std::uint32_t lines;
  unsigned position;
};
constexpr Group kGroups[] = {{1u << 0, 6},  {1u << 1, 7},     {1u << 2, 8},     {1u << 3, 9},
                             {1u << 4, 10}, {0x1Fu << 5, 23}, {0x3Fu << 10, 40}};
}  // namespace

void Exti::reset() {
  imr_ = emr_ = rtsr_ = ftsr_ = swier_ = pr_ = 0;
  update_interrupts();
}

void Exti::update_interrupts() {
  for (const Group& group : kGroups) interrupt_(group.position, (pr_ & imr_ & group.lines) != 0);
}

std::uint32_t Exti::read(std::uint32_t offset) {
  const std::uint32_t registers[] = {imr_, emr_, rtsr_, ftsr_, swier_, pr_};
  return offset / 4 < std::size(registers) ? registers[offset / 4] : 0;
}

void Exti::write(std::uint32_t offset, std::uint32_t value) {
  switch (offset) {
    case 0x00:
      imr_ = value;
      break;
    case 0x04:
      emr_ = value;
      break;
    case 0x08:
      rtsr_ = value;
      break;
    case 0x0C:
      ftsr_ = value;
      break;
    case 0x10:
      pr_ |= value & ~swier_;
      swier_ |= value;
      break;
    case 0x14:
      pr_ &= ~value;
      swier_ &= ~value;
      break;
    default:
      break;
  }
  update_interrupts();
}

}  // namespace simulator
