#include "cli/common/table.h"

#include <algorithm>

namespace solder::cli {
namespace {

// Columns that a UTF-8 string takes on a terminal, good enough for names and figures.
size_t width_of(const std::string& text) {
  return static_cast<size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

}  // namespace

Table::Table(std::vector<std::string> headings) {
  for (std::string& heading : headings) {
    left_.push_back(heading.starts_with('<'));
    if (left_.back()) heading.erase(0, 1);
  }
  add(std::move(headings));
  add_rule();
}

void Table::add(std::vector<std::string> row) {
  row.resize(left_.size());
  rows_.push_back({std::move(row)});
}

void Table::add_rule() { rows_.push_back({}); }

std::string Table::text() const {
  std::vector<size_t> widths(left_.size(), 0);
  for (const Row& row : rows_)
    for (size_t i = 0; i < row.cells.size(); ++i)
      widths[i] = std::max(widths[i], width_of(row.cells[i]));
  std::string out;
  for (const Row& row : rows_) {
    std::string line;
    for (size_t i = 0; i < widths.size(); ++i) {
      if (i > 0) line += "  ";
      const std::string cell = row.cells.empty() ? std::string(widths[i], '-') : row.cells[i];
      const std::string fill(widths[i] - std::min(widths[i], width_of(cell)), ' ');
      line += left_[i] ? cell + fill : fill + cell;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + '\n';
  }
  return out;
}

std::string with_commas(int64_t value) {
  const std::string digits = std::to_string(value);
  std::string out;
  for (size_t i = 0; i < digits.size(); ++i) {
    const bool after_digit = i > 0 && digits[i - 1] != '-';
    if (after_digit && (digits.size() - i) % 3 == 0) out += ',';
    out += digits[i];
  }
  return out;
}

}  // namespace solder::cli
