// Aligned text tables for figures.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace solder::cli {

class Table {
 public:
  // Headings that start with '<' align their column to the left, others to the right.
  explicit Table(std::vector<std::string> headings);

  void add(std::vector<std::string> row);
  void add_rule();
  std::string text() const;

 private:
  struct Row {
    std::vector<std::string> cells;  // empty: a rule
  };
  std::vector<bool> left_;
  std::vector<Row> rows_;
};

// 1234567 -> "1,234,567".
std::string with_commas(int64_t value);

}  // namespace solder::cli
