// Comma-separated values (RFC 4180, with semicolons) that are safe to open in a spreadsheet.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace habilitd::portal {

// One cell, quoted. Text that begins like a formula (= + - @, tab, carriage return, also their
// full-width forms) gets an apostrophe before it, which spreadsheets take as "this is text".
std::string csv_cell(std::string_view);
std::string csv_line(const std::vector<std::string>& cells);

}  // namespace habilitd::portal
