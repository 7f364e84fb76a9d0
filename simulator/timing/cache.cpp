#include "simulator/timing/cache.h"

#include <algorithm>

namespace simulator {

CacheTags::Filled CacheTags::fill(std::uint32_t line, bool dirty) {
  const auto set = lines_.begin() + (line & set_mask_) * ways_;
  Line& victim = *std::min_element(set, set + ways_, [](const Line& a, const Line& b) {
    return a.used < b.used;  // 0: empty
  });
  const bool evicted_dirty = victim.dirty;
  victim = {line, dirty, ++now_};
  return {evicted_dirty};
}

void CacheTags::invalidate_all() { std::ranges::fill(lines_, Line{}); }

bool CacheTags::maintain(Line& line, bool clean, bool invalidate) {
  const bool written_back = clean && line.dirty;
  if (clean) line.dirty = false;
  if (invalidate) line = {};
  return written_back;
}

bool CacheTags::maintain(std::uint32_t line, bool clean, bool invalidate) {
  const auto set = lines_.begin() + (line & set_mask_) * ways_;
  const auto found = std::find_if(set, set + ways_, [=](const Line& l) { return l.tag == line; });
  return found != set + ways_ && maintain(*found, clean, invalidate);
}

bool CacheTags::maintain_at(unsigned set, unsigned way, bool clean, bool invalidate) {
  return maintain(lines_[(set & set_mask_) * ways_ + way % ways_], clean, invalidate);
}

}  // namespace simulator
