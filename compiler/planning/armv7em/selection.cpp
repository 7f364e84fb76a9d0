#include "compiler/planning/armv7em/selection.h"

#include <algorithm>
#include <limits>

#include "compiler/planning/armv7em/activations.h"
#include "compiler/planning/armv7em/choice.h"
#include "compiler/planning/armv7em/remark.h"

namespace solder::compiler::armv7em {
namespace {

// How much of each memory a preference may spend, as a multiple of the least there is.
struct Limits {
  double ram, constants;
};

Limits limits(Prefer prefer) {
  constexpr double kAny = std::numeric_limits<double>::infinity();
  switch (prefer) {
    case Prefer::kSpeed:
      return {.ram = kAny, .constants = 4.0};
    case Prefer::kRam:
      return {.ram = 1.0, .constants = 4.0};
    case Prefer::kFlash:
      return {.ram = 1.5, .constants = 1.1};
    case Prefer::kBalanced:
      break;
  }
  return {.ram = 2.0, .constants = 2.5};
}

// The max pooling after a step when nothing else reads what is between them.
const PreparedStep* pool_after(const Graph& graph, const PreparedStep& step) {
  const PreparedStep* next = step.next;
  if (next == nullptr || (next->step.kernel != KernelId::max_pool_2d_f32 &&
                          next->step.kernel != KernelId::max_pool_2d_s8))
    return nullptr;
  const int between = graph.operators[step.step.operator_index].outputs[0];
  const bool reads_it = graph.operators[next->step.operator_index].inputs[0] == between;
  return reads_it && graph.has_one_user(between) ? next : nullptr;
}

// Without a candidate of ours the step is left alone.
Candidate as_prepared(const Graph& graph, const PreparedStep& step) {
  int64_t constants = 0;
  for (const int t : graph.operators[step.step.operator_index].inputs)
    if (graph.is_constant(t)) constants += graph.tensors[static_cast<size_t>(t)].bytes();
  return {.kernel = step.step.kernel,
          .cycles = std::numeric_limits<double>::max(),
          .scratch_bytes = step.scratch_bytes,
          .constant_bytes = static_cast<uint32_t>(constants)};
}

// A candidate that leaves the pooling to its own step costs that time, too.
void add_unfused_pool(const Graph& graph, const StepView& view,
                      std::vector<Candidate>& candidates) {
  if (view.pool == nullptr) return;
  constexpr double kCyclesPerInput = 8;
  const int input = graph.operators[view.pool->step.operator_index].inputs[0];
  const int64_t elements = graph.tensors[static_cast<size_t>(input)].shape.elements();
  for (Candidate& candidate : candidates)
    if (!candidate.fuses_pool) candidate.cycles += kCyclesPerInput * static_cast<double>(elements);
}

std::vector<Choice> choices(const Graph& graph, const StepBuilder& steps) {
  const Activations activations(graph, steps);
  std::vector<Choice> all;
  for (PreparedStep* step = steps.first_step(); step != nullptr; step = step->next) {
    const StepView view = {.builder = &steps, .step = step, .pool = pool_after(graph, *step)};
    Choice choice = {.step = step, .candidates = {as_prepared(graph, *step)}};
    const int op = step->step.operator_index;
    const int input = graph.operators[static_cast<size_t>(op)].inputs[0];
    const int output = graph.operators[static_cast<size_t>(op)].outputs[0];
    choice.input_bytes = activations.ends_at(input, op) ? activations.bytes(input) : 0;
    choice.output_bytes = activations.bytes(output);
    choice.other_bytes = activations.live_at(op) - choice.input_bytes - choice.output_bytes;
    choice.constant_bytes = choice.candidates[0].constant_bytes;
    if (step->in_place_input >= 0) choice.candidates[0].output_lead = 0;
    if (view.pool != nullptr)
      choice.pooled_bytes = activations.bytes(
          graph.operators[static_cast<size_t>(view.pool->step.operator_index)].outputs[0]);
    add_conv_2d_f32(view, choice.candidates);
    add_depthwise_conv_2d_f32(view, choice.candidates);
    add_conv_2d_s8(view, choice.candidates);
    add_conv_2d_s8_winograd(view, choice.candidates);
    add_depthwise_conv_2d_s8(view, choice.candidates);
    add_elementwise(view, choice.candidates);
    add_fully_connected(view, choice.candidates);
    add_unfused_pool(graph, view, choice.candidates);
    all.push_back(std::move(choice));
  }
  return all;
}

void keep_favourite(std::vector<Choice>& all, KernelId favourite) {
  for (Choice& choice : all) {
    const auto is_it = [&](const Candidate& c) { return c.kernel == favourite; };
    if (std::ranges::any_of(choice.candidates, is_it))
      std::erase_if(choice.candidates, std::not_fn(is_it));
  }
}

// What the candidate needs that needs least.
int64_t least_bytes(const Choice& choice) {
  int64_t least = std::numeric_limits<int64_t>::max();
  for (const Candidate& c : choice.candidates) least = std::min(least, bytes_with(choice, c));
  return least;
}

// What the model needs at least. A pool that the step before can compute, too, says nothing.
int64_t least_bytes(const std::vector<Choice>& all) {
  int64_t least = 0;
  bool may_be_fused = false;
  for (const Choice& choice : all) {
    if (!may_be_fused) least = std::max(least, least_bytes(choice));
    may_be_fused = std::ranges::any_of(choice.candidates, &Candidate::fuses_pool);
  }
  return least;
}

// Candidates that need more RAM than the limit go, but never all.
void drop_large(std::vector<Choice>& all, double limit) {
  const int64_t least = least_bytes(all);
  for (Choice& choice : all) {
    const auto allowed =
        std::max(limit * static_cast<double>(least), static_cast<double>(least_bytes(choice)));
    std::erase_if(choice.candidates, [&](const Candidate& c) {
      return static_cast<double>(bytes_with(choice, c)) > allowed;
    });
  }
}

// Candidates go that make the arena larger and are hardly faster than one that needs no more flash.
void drop_wasteful(std::vector<Choice>& all) {
  constexpr double kHardly = 1.02;
  const int64_t least = least_bytes(all);
  for (Choice& choice : all) {
    const std::vector<Candidate> others = choice.candidates;
    std::erase_if(choice.candidates, [&](const Candidate& c) {
      const int64_t bytes = bytes_with(choice, c);
      return bytes > least && std::ranges::any_of(others, [&](const Candidate& other) {
               return bytes_with(choice, other) < bytes && other.cycles <= kHardly * c.cycles &&
                      other.constant_bytes <= c.constant_bytes;
             });
    });
  }
}

// From the smallest constants on, what saves most cycles for each byte, as long as there are bytes.
void choose(std::vector<Choice>& all, double limit) {
  int64_t own = 0, spent = 0;
  for (Choice& choice : all) {
    own += choice.constant_bytes;
    const auto smallest = [](const Candidate& c) { return std::pair(c.constant_bytes, c.cycles); };
    choice.chosen = static_cast<size_t>(std::ranges::min_element(choice.candidates, {}, smallest) -
                                        choice.candidates.begin());
    spent += choice.candidate().constant_bytes;
  }
  const auto allowed = static_cast<int64_t>(limit * static_cast<double>(own));
  for (;;) {
    double best_gain = 0;
    Choice* best = nullptr;
    size_t best_candidate = 0;
    for (Choice& choice : all) {
      for (size_t i = 0; i < choice.candidates.size(); ++i) {
        const Candidate& c = choice.candidates[i];
        const int64_t more = int64_t{c.constant_bytes} - int64_t{choice.candidate().constant_bytes};
        if (c.cycles >= choice.candidate().cycles || spent + more > allowed) continue;
        const double gain = (choice.candidate().cycles - c.cycles) /
                            static_cast<double>(std::max<int64_t>(more, 1));
        if (gain > best_gain) best_gain = gain, best = &choice, best_candidate = i;
      }
    }
    if (best == nullptr) return;
    spent += int64_t{best->candidates[best_candidate].constant_bytes} -
             int64_t{best->candidate().constant_bytes};
    best->chosen = best_candidate;
  }
}

}  // namespace

Error Selection::lower(StepBuilder& steps) {
  const Limits limit = limits(prefer_);
  std::vector<Choice> all = choices(graph_, steps);
  std::vector<Extremes> before_limits;
  for (const Choice& choice : all) before_limits.push_back(extremes(choice));
  if (favourite_) keep_favourite(all, *favourite_);
  drop_large(all, limit.ram);
  if (prefer_ != Prefer::kSpeed && !favourite_) drop_wasteful(all);
  choose(all, limit.constants);
  const PreparedStep* fused = nullptr;
  for (size_t i = 0; i < all.size(); ++i) {
    Choice& choice = all[i];
    if (choice.step == fused) continue;
    const Candidate& chosen = choice.candidate();
    decisions_.push_back({.op = choice.step->step.operator_index,
                          .kernel = chosen.kernel,
                          .cycles = chosen.apply ? chosen.cycles : 0,
                          .scratch_bytes = chosen.scratch_bytes,
                          .constant_bytes = chosen.constant_bytes,
                          .remark = remark(graph_, choice, before_limits[i])});
    if (!chosen.apply) continue;
    steps.begin(choice.step->step.operator_index);
    if (Error error = choice.candidate().apply(steps, *choice.step)) return error;
    choice.step->output_lead = choice.candidate().output_lead;
    if (choice.candidate().in_place) choice.step->in_place_input = 0;
    if (!choice.candidate().fuses_pool) continue;
    fused = choice.step->next;
    steps.fuse_next(*choice.step);
  }
  return {};
}

}  // namespace solder::compiler::armv7em
