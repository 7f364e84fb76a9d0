#include "simulator/timing/cache.h"

#include <algorithm>

namespace simulator {

CacheTags::Was CacheTags::fill(std::uint32_t line, bool dirty) {
  const auto set = lines_.begin() + (line & set_mask_) * ways_;
  Line& victim = *std::min_element(set, set + ways_, [](const Line& a, const Line& b) {
    return a.used < b.used;  // 0: empty
  });
  const Was was = maintain(victim, true, true);
  victim = {line, dirty, ++now_};
  return was;
}

void CacheTags::invalidate_all() { std::ranges::fill(lines_, Line{}); }

CacheTags::Was CacheTags::maintain(Line& line, bool clean, bool invalidate) {
  const Was was{clean && line.dirty, line.tag != kEmpty && (line.tag & kStale) != 0,
                line.tag & ~kStale};
  if (clean) line.dirty = false;
  if (invalidate) line = {};
  return was;
}

CacheTags::Line* CacheTags::find(std::uint32_t line) {
  Line* set = &lines_[(line & set_mask_) * ways_];
  for (unsigned way = 0; way < ways_; ++way) {
    if (set[way].tag != kEmpty && (set[way].tag & ~kStale) == line) return &set[way];
  }
  return nullptr;
}

CacheTags::Was CacheTags::maintain(std::uint32_t line, bool clean, bool invalidate) {
  Line* found = find(line);
  return found ? maintain(*found, clean, invalidate) : Was{};
}

CacheTags::Was CacheTags::maintain_at(unsigned set, unsigned way, bool clean, bool invalidate) {
  return maintain(lines_[(set & set_mask_) * ways_ + way % ways_], clean, invalidate);
}

bool CacheTags::is_dirty(std::uint32_t line) {
  const Line* found = find(line);
  return found && found->dirty;
}

void CacheTags::make_stale(std::uint32_t line) {
  if (Line* found = find(line)) found->tag |= kStale;
}

}  // namespace simulator
