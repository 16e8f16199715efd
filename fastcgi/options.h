// The one table of settings: name, default, help, check. The reader, docs/settings.md and
// `habilitd settings` are made from it.
#pragma once

#include <vector>

#include "base/settings.h"

namespace habilitd::fastcgi {

const std::vector<Option>& option_table();

// The setting that renames a directory attribute: "directory.attribute.mail".
std::string attribute_option(std::string_view standard_name);

}  // namespace habilitd::fastcgi
