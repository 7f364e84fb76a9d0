#include "cli/common/arena_svg.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "cli/common/bar_chart.h"
#include "cli/common/table.h"

namespace solder::cli {
namespace {

constexpr double kWidth = 960, kHeight = 420, kLeft = 80, kTop = 50, kBottom = 120;
// Light fills that black text reads well on; neighbours differ.
constexpr std::array<const char*, 6> kFills = {"#9ecae9", "#ffbf79", "#a8d5a2",
                                               "#f4a6a0", "#cdb5dd", "#e3c9a8"};

class Drawing {
 public:
  explicit Drawing(const compiler::Executable& executable)
      : executable_(executable),
        columns_(static_cast<double>(executable.graph().operators.size()) + 2),
        bytes_(std::max(1U, executable.plan().arena_bytes)) {}

  std::string draw(const std::string& title) {
    out_ = fmt::format(
        R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {} {}" font-family="sans-serif" font-size="12">
<rect width="100%" height="100%" fill="white"/>
<text x="{}" y="24" font-size="16">{}: arena {} bytes, at least {} alive at once</text>
)",
        kLeft + kWidth + 60, kTop + kHeight + kBottom, kLeft, svg_escaped(title),
        with_commas(executable_.plan().arena_bytes), with_commas(executable_.arena_lower_bound()));
    axes();
    const auto& buffers = executable_.buffers();
    for (size_t i = 0; i < buffers.size(); ++i)
      if (buffers[i].bytes > 0) buffer(i);
    return out_ + "</svg>\n";
  }

 private:
  // Time -1 (before the first operator) is the first column.
  double x(int32_t time) const { return kLeft + kWidth * (time + 1) / columns_; }
  double y(double offset) const { return kTop + kHeight * (1 - offset / bytes_); }

  void axes() {
    for (int i = 0; i <= 4; ++i) {
      const double offset = bytes_ * i / 4.0;
      out_ += fmt::format(
          R"(<line x1="{0}" x2="{1}" y1="{2:.1f}" y2="{2:.1f}" stroke="#ccc"/><text x="{3}" y="{4:.1f}" text-anchor="end">{5}</text>
)",
          kLeft, kLeft + kWidth, y(offset), kLeft - 6, y(offset) + 4,
          with_commas(static_cast<int64_t>(offset)));
    }
    const auto& operators = executable_.graph().operators;
    for (size_t i = 0; i <= operators.size() + 1; ++i) {
      const char* name = i == 0                      ? "input"
                         : i == operators.size() + 1 ? "output"
                                                     : operator_name(operators[i - 1].type);
      const double middle = x(static_cast<int32_t>(i) - 1) + kWidth / columns_ / 2;
      out_ += fmt::format(
          R"svg(<text transform="translate({:.1f},{}) rotate(40)" font-size="10">{}</text>
)svg",
          middle, kTop + kHeight + 14, name);
    }
  }

  void buffer(size_t index) {
    const PlannedBuffer& b = executable_.buffers()[index];
    const auto& tensors = executable_.graph().tensors;
    const std::string name = index < tensors.size() ? tensors[index].name : "scratch";
    const double left = x(b.first_use), width = x(b.last_use + 1) - left;
    const double top = y(static_cast<double>(b.offset) + b.bytes), height = y(b.offset) - top;
    out_ += fmt::format(
        R"(<g><title>{0}: {1} bytes at {2}</title><rect x="{3:.1f}" y="{4:.1f}" width="{5:.1f}" height="{6:.1f}" fill="{7}" stroke="#444"/>)",
        svg_escaped(name), with_commas(b.bytes), with_commas(b.offset), left, top, width, height,
        kFills[index % kFills.size()]);
    if (height > 14 && width > 60)
      out_ += fmt::format(R"(<text x="{:.1f}" y="{:.1f}">{}</text>)", left + 4, top + 13,
                          with_commas(b.bytes));
    out_ += "</g>\n";
  }

  const compiler::Executable& executable_;
  double columns_, bytes_;
  std::string out_;
};

}  // namespace

std::string arena_svg(const compiler::Executable& executable, const std::string& title) {
  return Drawing(executable).draw(title);
}

}  // namespace solder::cli
