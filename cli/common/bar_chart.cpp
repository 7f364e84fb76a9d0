#include "cli/common/bar_chart.h"

#include <fmt/format.h>

#include <algorithm>

namespace solder::cli {
namespace {

constexpr double kLabels = 220, kBars = 560, kFigures = 220, kRow = 26, kTop = 44;

}  // namespace

std::string svg_escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '<')
      out += "&lt;";
    else if (c == '&')
      out += "&amp;";
    else if (c == '"')
      out += "&quot;";
    else if (static_cast<unsigned char>(c) >= ' ')
      out += c;
  }
  return out;
}

std::string bar_chart(const std::string& title, const std::vector<Bar>& bars) {
  double largest = 0;
  for (const Bar& bar : bars) largest = std::max(largest, bar.value);
  std::string out = fmt::format(
      R"svg(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {} {}" font-family="sans-serif" font-size="13">
<rect width="100%" height="100%" fill="white"/>
<text x="12" y="26" font-size="16">{}</text>
)svg",
      kLabels + kBars + kFigures, kTop + kRow * static_cast<double>(bars.size()) + 12,
      svg_escaped(title));
  double y = kTop;
  for (const Bar& bar : bars) {
    const double width = largest == 0 ? 0 : kBars * bar.value / largest;
    out += fmt::format(
        R"svg(<text x="{}" y="{}" text-anchor="end">{}</text><rect x="{}" y="{}" width="{:.1f}" height="{}" fill="#9ecae9"/><text x="{:.1f}" y="{}">{}</text>
)svg",
        kLabels - 8, y + 17, svg_escaped(bar.label), kLabels, y + 3, width, kRow - 6,
        kLabels + width + 6, y + 17, svg_escaped(bar.figure));
    y += kRow;
  }
  return out + "</svg>\n";
}

}  // namespace solder::cli
