#include "compiler/planning/memory_search.h"

#include <algorithm>
#include <numeric>
#include <random>
#include <vector>

#include "runtime/base/arena.h"

namespace solder::compiler {
namespace {

uint32_t aligned(uint32_t bytes) {
  return (bytes + kArenaAlignment - 1) / kArenaAlignment * kArenaAlignment;
}

// Where a buffer must not begin because of one that is placed already: from `begin` to before
// `end`, counted from the beginning of the placed one.
struct Forbidden {
  size_t placed;
  int64_t begin, end;
};

// Of plans that need as much the better one has scratch lower: nothing is used as often, and the
// arena begins in a chip's fastest memory.
struct Cost {
  uint32_t bytes;
  int64_t scratch_offsets;  // their sum

  auto operator<=>(const Cost&) const = default;
};

// Only a step's own scratch begins and ends with it.
bool is_scratch(const PlannedBuffer& buffer) { return buffer.first_use == buffer.last_use; }

class Search {
 public:
  Search(std::span<PlannedBuffer> buffers, std::span<const BufferOverlap> overlaps)
      : buffers_(buffers), forbidden_(buffers.size()) {
    for (size_t i = 0; i < buffers.size(); ++i)
      if (buffers[i].bytes > 0) order_.push_back(i);
    std::ranges::stable_sort(order_, std::greater{}, [&](size_t i) { return buffers[i].bytes; });
    for (const size_t i : order_)
      for (const size_t j : order_)
        if (i != j && meet(buffers[i], buffers[j])) forbidden_[i].push_back(apart(i, j));
    for (const BufferOverlap& overlap : overlaps) allow(overlap);
  }

  uint32_t run(uint32_t lower_bound) {
    Cost best = place();
    std::vector<uint32_t> offsets = this->offsets();
    const Cost goal = {lower_bound, 0};
    const auto try_order = [&] {
      const Cost cost = place();
      if (cost < best) offsets = this->offsets();
      const bool keep = cost <= best;
      best = std::min(best, cost);
      return keep;
    };
    const std::vector<size_t> largest_first = order_;
    std::stable_partition(order_.begin(), order_.end(),
                          [&](size_t i) { return is_scratch(buffers_[i]); });
    if (!try_order()) order_ = largest_first;
    std::mt19937 random(1);
    for (size_t tries = number_of_tries(); best > goal && tries > 0; --tries) {
      const size_t i = random() % order_.size(), j = random() % order_.size();
      std::swap(order_[i], order_[j]);
      if (!try_order()) std::swap(order_[i], order_[j]);
    }
    for (size_t i = 0; i < buffers_.size(); ++i) buffers_[i].offset = offsets[i];
    return best.bytes;
  }

 private:
  static bool meet(const PlannedBuffer& a, const PlannedBuffer& b) {
    return a.first_use <= b.last_use && b.first_use <= a.last_use;
  }
  Forbidden apart(size_t buffer, size_t placed) const {
    return {placed, 1 - int64_t{aligned(buffers_[buffer].bytes)},
            int64_t{aligned(buffers_[placed].bytes)}};
  }
  void allow(const BufferOverlap& overlap) {
    const auto input = static_cast<size_t>(overlap.input);
    const auto output = static_cast<size_t>(overlap.output);
    const auto lead = std::min<int64_t>(aligned(overlap.lead), aligned(buffers_[output].bytes));
    for (Forbidden& f : forbidden_[output])
      if (f.placed == input) f.begin = 1 - lead;
    for (Forbidden& f : forbidden_[input])
      if (f.placed == output) f.end = lead;
  }

  // Every buffer in order_, at the lowest place that is free.
  Cost place() {
    std::vector<bool> is_placed(buffers_.size());
    int64_t end = 0, scratch_offsets = 0;
    for (const size_t i : order_) {
      int64_t offset = 0;
      for (bool moved = true; moved;) {
        moved = false;
        for (const Forbidden& f : forbidden_[i]) {
          if (!is_placed[f.placed]) continue;
          const int64_t from = buffers_[f.placed].offset;
          if (offset < from + f.begin || offset >= from + f.end) continue;
          offset = from + f.end;
          moved = true;
        }
      }
      buffers_[i].offset = static_cast<uint32_t>(offset);
      is_placed[i] = true;
      end = std::max(end, offset + int64_t{aligned(buffers_[i].bytes)});
      if (is_scratch(buffers_[i])) scratch_offsets += offset;
    }
    return {static_cast<uint32_t>(end), scratch_offsets};
  }

  std::vector<uint32_t> offsets() const {
    std::vector<uint32_t> all;
    for (const PlannedBuffer& buffer : buffers_) all.push_back(buffer.offset);
    return all;
  }

  // About a tenth of a second at most: a try compares every two buffers that meet.
  size_t number_of_tries() const {
    size_t comparisons = 1;
    for (const auto& list : forbidden_) comparisons += list.size();
    return std::min<size_t>(5'000, 10'000'000 / comparisons);
  }

  std::span<PlannedBuffer> buffers_;
  std::vector<std::vector<Forbidden>> forbidden_;  // per buffer
  std::vector<size_t> order_;
};

}  // namespace

uint32_t search_memory(std::span<PlannedBuffer> buffers, std::span<const BufferOverlap> overlaps) {
  return Search(buffers, overlaps).run(memory_lower_bound(buffers, overlaps));
}

uint32_t memory_lower_bound(std::span<const PlannedBuffer> buffers,
                            std::span<const BufferOverlap> overlaps) {
  uint32_t bound = 0;
  for (const PlannedBuffer& at : buffers) {
    const int32_t time = at.first_use;
    const auto is_alive = [&](const PlannedBuffer& b) {
      return b.bytes > 0 && b.first_use <= time && time <= b.last_use;
    };
    uint32_t alive = 0;
    for (const PlannedBuffer& buffer : buffers)
      if (is_alive(buffer)) alive += aligned(buffer.bytes);
    for (const BufferOverlap& overlap : overlaps) {
      const PlannedBuffer& input = buffers[static_cast<size_t>(overlap.input)];
      const PlannedBuffer& output = buffers[static_cast<size_t>(overlap.output)];
      if (!is_alive(input) || !is_alive(output)) continue;
      const uint32_t in = aligned(input.bytes), out = aligned(output.bytes);
      alive -= in + out - std::max(out, std::min(aligned(overlap.lead), out) + in);
    }
    bound = std::max(bound, alive);
  }
  return bound;
}

}  // namespace solder::compiler
