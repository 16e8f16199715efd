// What the service says about itself (RFC 7644 section 4): made once, from the schema table.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "scim/server.h"

namespace habilitd::scim {

class Discovery {
 public:
  explicit Discovery(const Settings&);
  const std::string& service_provider_config() const { return config_; }
  // The list, or one by id; null when there is no such thing.
  const std::string* schemas(std::optional<std::string_view> id) const;
  const std::string* resource_types(std::optional<std::string_view> name) const;

 private:
  struct Documents {
    std::string list;
    std::map<std::string, std::string, std::less<>> by_id;
    const std::string* find(std::optional<std::string_view> id) const;
  };
  std::string config_;
  Documents schemas_, types_;
};

}  // namespace habilitd::scim
