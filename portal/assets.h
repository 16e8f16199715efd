// Style sheet, icon and fonts under /assets/<name>.<hash of the content>.<kind>: a new content is a
// new address, so browsers may keep them for ever.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/http.h"

namespace habilitd::portal {

class Assets {
 public:
  Assets();
  // "/assets/portal.1a2b3c4d5e.css" for "portal.css". The asset must exist (a bug otherwise:
  // throws).
  const std::string& path(std::string_view name) const;
  // 200, 304 (If-None-Match) or 404.
  Response serve(const Request&) const;

 private:
  struct Asset {
    std::string content, type, tag;
  };
  void add(std::string_view name, std::string content);
  std::map<std::string, Asset, std::less<>> by_path_;
  std::map<std::string, std::string, std::less<>> paths_;
};

}  // namespace habilitd::portal
