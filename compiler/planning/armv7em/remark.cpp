#include "compiler/planning/armv7em/remark.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "compiler/planning/decision.h"

namespace solder::compiler::armv7em {

Extremes extremes(const Choice& choice) {
  const auto size = [](const Candidate& c) { return std::pair(c.constant_bytes, c.cycles); };
  const std::span all(choice.candidates);
  const auto ours = all.size() > 1 ? all.subspan(1) : all;
  return {.fastest = std::ranges::min(ours, {}, &Candidate::cycles),
          .smallest = std::ranges::min(ours, {}, size)};
}

namespace {

// How many times faster than `slow`, and for which memory; empty: hardly.
std::string gain(const Choice& choice, const Candidate& fast, const Candidate& slow,
                 std::string_view as) {
  constexpr double kWorthTelling = 0.9;
  if (fast.cycles >= kWorthTelling * slow.cycles) return {};
  std::string text = fmt::format("{:.1f}x as fast{}", slow.cycles / fast.cycles, as);
  const int64_t ram = bytes_with(choice, fast) - bytes_with(choice, slow);
  const int64_t flash = int64_t{fast.constant_bytes} - int64_t{slow.constant_bytes};
  if (ram > 0) text += fmt::format(" for {} bytes of RAM", ram);
  if (flash > 0) text += fmt::format(" {} {} bytes of flash", ram > 0 ? "and" : "for", flash);
  return ram > 0 || flash > 0 ? text + " more" : text;
}

// When a tenth of the time or more is spent on channels that fill up a block.
std::string waste(const Graph& graph, const Choice& choice) {
  const Operator& op = graph.operators[choice.step->step.operator_index];
  const Shape& output = graph.tensors[static_cast<size_t>(op.outputs[0])].shape;
  const int32_t at_once = choice.candidate().channels_at_once;
  const int32_t channels = output.rank == 0 ? 0 : output.dims[output.rank - 1];
  const int32_t computed = (channels + at_once - 1) / at_once * at_once;
  if (10 * (computed - channels) < channels || computed == channels) return {};
  return fmt::format("takes the time of {} output channels", computed);
}

}  // namespace

std::string remark(const Graph& graph, const Choice& choice, const Extremes& all) {
  const Candidate& chosen = choice.candidate();
  if (!chosen.apply) return {};
  std::string text = gain(choice, all.fastest, chosen, "");
  text = text.empty() ? gain(choice, chosen, all.smallest,
                             fmt::format(" as {}", kernel_name(all.smallest.kernel)))
                      : fmt::format("{} is {}", kernel_name(all.fastest.kernel), text);
  const std::string wasted = waste(graph, choice);
  return text.empty() || wasted.empty() ? text + wasted : text + "; " + wasted;
}

}  // namespace solder::compiler::armv7em
