#include <algorithm>
#include <map>
#include <utility>

#include "compiler/passes/passes.h"

namespace solder::compiler {
namespace {

// Beyond, the search would take longer than it is worth: unrolled layers are chains anyway.
constexpr size_t kMaxOperators = 400;
constexpr size_t kBeamWidth = 64;

// What is known of a graph whatever the order of its operators.
class Costs {
 public:
  explicit Costs(const Graph& graph) : graph_(graph), users_(graph.tensors.size()) {
    for (size_t op = 0; op < graph.operators.size(); ++op)
      for (const int t : activations(graph.operators[op].inputs)) ++users_[static_cast<size_t>(t)];
    for (const int t : graph.outputs) ++users_[static_cast<size_t>(t)];
  }

  const Graph& graph() const { return graph_; }
  int64_t bytes(int tensor) const { return graph_.tensors[static_cast<size_t>(tensor)].bytes(); }
  const std::vector<int>& users() const { return users_; }
  // Each once, without constants and absent ones.
  std::vector<int> activations(std::vector<int> tensors) const {
    std::erase_if(tensors, [&](int t) { return t < 0 || graph_.is_constant(t); });
    std::ranges::sort(tensors);
    tensors.erase(std::unique(tensors.begin(), tensors.end()), tensors.end());
    return tensors;
  }

 private:
  const Graph& graph_;
  std::vector<int> users_;  // per tensor: operators and outputs of the graph that are to read it
};

// Some operators done, in the best order found for just them.
struct Partial {
  std::vector<int> order;
  std::vector<bool> done;
  std::vector<int> users_left;
  int64_t live = 0, peak = 0;

  explicit Partial(const Costs& costs)
      : done(costs.graph().operators.size()), users_left(costs.users()) {
    for (const int t : costs.activations(costs.graph().inputs)) live += costs.bytes(t);
    peak = live;
  }

  void run(const Costs& costs, int op) {
    const Operator& next = costs.graph().operators[static_cast<size_t>(op)];
    for (const int t : next.outputs) live += costs.bytes(t);
    peak = std::max(peak, live);
    for (const int t : costs.activations(next.inputs))
      if (--users_left[static_cast<size_t>(t)] == 0) live -= costs.bytes(t);
    for (const int t : next.outputs)
      if (users_left[static_cast<size_t>(t)] == 0) live -= costs.bytes(t);
    order.push_back(op);
    done[static_cast<size_t>(op)] = true;
  }
};

bool is_ready(const Graph& graph, const Partial& partial, size_t op) {
  if (partial.done[op]) return false;
  return std::ranges::all_of(graph.operators[op].inputs, [&](int t) {
    const int producer = t < 0 ? -1 : graph.producer_of(t);
    return producer < 0 || partial.done[static_cast<size_t>(producer)];
  });
}

// All operators, by a search that keeps the most promising of each length.
Partial search(const Costs& costs) {
  const size_t count = costs.graph().operators.size();
  std::vector<Partial> beam = {Partial(costs)};
  for (size_t length = 0; length < count; ++length) {
    // Of orders of the same operators only the best goes on.
    std::map<std::vector<bool>, Partial> longer;
    for (const Partial& partial : beam) {
      for (size_t op = 0; op < count; ++op) {
        if (!is_ready(costs.graph(), partial, op)) continue;
        Partial next = partial;
        next.run(costs, static_cast<int>(op));
        const auto [entry, is_new] = longer.try_emplace(next.done, next);
        if (!is_new && next.peak < entry->second.peak) entry->second = std::move(next);
      }
    }
    beam.clear();
    for (auto& [done, partial] : longer) beam.push_back(std::move(partial));
    std::ranges::stable_sort(
        beam, {}, [](const Partial& partial) { return std::pair(partial.peak, partial.live); });
    if (beam.size() > kBeamWidth) beam.erase(beam.begin() + kBeamWidth, beam.end());
  }
  return beam.front();
}

}  // namespace

bool order_operators(Graph& graph) {
  if (graph.operators.empty() || graph.operators.size() > kMaxOperators) return false;
  const Costs costs(graph);
  Partial as_it_is(costs);
  for (size_t op = 0; op < graph.operators.size(); ++op) as_it_is.run(costs, static_cast<int>(op));
  const Partial best = search(costs);
  if (best.peak >= as_it_is.peak) return false;
  std::vector<Operator> operators;
  for (const int op : best.order)
    operators.push_back(std::move(graph.operators[static_cast<size_t>(op)]));
  graph.operators = std::move(operators);
  return true;
}

}  // namespace solder::compiler
