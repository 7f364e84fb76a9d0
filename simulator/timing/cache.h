// The tags of a set-associative cache. Contents stay in memory, which is always coherent here.
#pragma once

#include <cstdint>
#include <vector>

namespace simulator {

class CacheTags {
 public:
  /// `sets`: a power of two. Lines are facts::kLineBytes long and known by address / that.
  CacheTags(unsigned sets, unsigned ways) : set_mask_(sets - 1), ways_(ways), lines_(sets * ways) {}

  /// What a line was that has been cleaned or has gone.
  struct Was {
    bool dirty = false;  ///< and is written back
    bool stale = false;  ///< see make_stale()
    std::uint32_t line = 0;
  };

  /// Whether `line` is present; marks it as used, and as dirty on `write`.
  bool touch(std::uint32_t line, bool write) {
    Line* set = &lines_[(line & set_mask_) * ways_];
    for (unsigned way = 0; way < ways_; ++way) {
      if (set[way].tag == line) {
        set[way].used = ++now_;
        set[way].dirty |= write;
        return true;
      }
    }
    return false;
  }
  /// Puts `line`, which is absent, in the place of the least recently used one.
  Was fill(std::uint32_t line, bool dirty);
  void invalidate_all();
  /// Forgets `line`, or cleans it.
  Was maintain(std::uint32_t line, bool clean, bool invalidate);
  /// The same for what lies in `set` and `way`.
  Was maintain_at(unsigned set, unsigned way, bool clean, bool invalidate);

  [[nodiscard]] bool is_dirty(std::uint32_t line);
  /// Somebody has written memory behind the cache: from now on touch() does not find the line, if
  /// it is present, but touch_stale() does.
  void make_stale(std::uint32_t line);
  bool touch_stale(std::uint32_t line, bool write) { return touch(line | kStale, write); }

 private:
  static constexpr std::uint32_t kEmpty = ~0u;
  static constexpr std::uint32_t kStale = 1u << 31;  // a bit that no line number has
  struct Line {
    std::uint32_t tag = kEmpty;
    bool dirty = false;
    std::uint64_t used = 0;
  };
  static Was maintain(Line& line, bool clean, bool invalidate);
  [[nodiscard]] Line* find(std::uint32_t line);

  std::uint32_t set_mask_;
  unsigned ways_;
  std::uint64_t now_ = 0;
  std::vector<Line> lines_;
};

}  // namespace simulator
