// The pages people see: server-rendered HTML that works without JavaScript. Turns a Request into a
// Response; knows nothing of FastCGI or SCIM. Thread-safe.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/http.h"
#include "workflow/services.h"

namespace habilitd::portal {

struct Settings {
  std::string
      base_url;  // no trailing slash; https makes cookies __Host- and Secure, http is for loopback
  std::string brand_fr, brand_en;      // the line(s) of the brand block, "|" breaks lines
  std::string service_fr, service_en;  // name of the portal: "Mes démarches emploi et formation"
  std::string tagline_fr, tagline_en;
  std::string banner_level;  // "", info, warning, alert
  std::string banner_fr, banner_en, banner_from,
      banner_until;  // texts and RFC 3339 instants, may be empty
  std::string legal_url, terms_url, privacy_url, accessibility_url, help_url, sign_up_url,
      reset_url, agents_url;
  std::string theme_css;  // URL of a further style sheet on our own origin, may be empty
};

class Portal {
 public:
  Portal(workflow::Services&, Settings);
  ~Portal();
  Response handle(const Request&);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace habilitd::portal
