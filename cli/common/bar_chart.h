// Horizontal bars with their figures, as an SVG.
#pragma once

#include <string>
#include <vector>

namespace solder::cli {

struct Bar {
  std::string label;
  double value = 0;
  std::string figure;  // shown at the bar's end
};

// A standalone SVG.
std::string bar_chart(const std::string& title, const std::vector<Bar>& bars);
// For text and attributes of an SVG; control characters are dropped.
std::string svg_escaped(const std::string& text);

}  // namespace solder::cli
