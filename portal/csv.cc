#include "portal/csv.h"

#include <algorithm>
#include <array>

namespace habilitd::portal {

std::string csv_cell(std::string_view text) {
  static constexpr std::array<std::string_view, 11> kFormula = {"=",  "+",  "-",  "@",  "\t", "\r",
                                                                "\n", "＝", "＋", "－", "＠"};
  const std::size_t first = std::min(text.find_first_not_of(' '), text.size());
  const bool formula = std::any_of(kFormula.begin(), kFormula.end(), [&](std::string_view start) {
    return text.substr(first).starts_with(start);
  });
  std::string cell = formula ? "\"'" : "\"";
  for (const char c : text) cell.append(c == '"' ? 2 : 1, c);
  return cell + "\"";
}

std::string csv_line(const std::vector<std::string>& cells) {
  std::string line;
  for (const std::string& cell : cells) line += (line.empty() ? "" : ";") + csv_cell(cell);
  return line + "\r\n";
}

}  // namespace habilitd::portal
