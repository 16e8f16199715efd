// Files of portal/templates, portal/texts and portal/assets, put into the binary by embed.cmake.
#pragma once

#include <string_view>
#include <vector>

namespace habilitd::portal {

struct EmbeddedFile {
  std::string_view name;  // without a folder: "users.mustache", "fr.json", "portal.css"
  std::string_view content;
};
const std::vector<EmbeddedFile>& embedded_files();

}  // namespace habilitd::portal
