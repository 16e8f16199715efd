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
  // With securityEvents for a client that fetches events; others may not know what that is
  // (decision 8).
  const std::string& service_provider_config(bool events) const {
    return events ? config_with_events_ : config_;
  }
  // The list, or one by id; null when there is no such thing.
  const std::string* schemas(std::optional<std::string_view> id) const;
  const std::string* resource_types(std::optional<std::string_view> name) const;

 private:
  struct Documents {
    std::string list;
    std::map<std::string, std::string, std::less<>> by_id;
    const std::string* find(std::optional<std::string_view> id) const;
  };
  std::string config_, config_with_events_;
  Documents schemas_, types_;
};

}  // namespace habilitd::scim
