// What every page needs, made once by Portal.
#pragma once

#include <optional>
#include <string>

#include "portal/assets.h"
#include "portal/cookies.h"
#include "portal/portal.h"
#include "portal/templates.h"

namespace habilitd::portal {

struct Core {
  Core(workflow::Services& s, Settings given);

  workflow::Services& services;
  const Settings settings;
  const std::string origin;
  const bool https;
  const CookieJar cookies;
  const Assets assets;
  const Texts texts;
  const Templates templates;
  const std::optional<Instant> banner_from, banner_until;
};

}  // namespace habilitd::portal
