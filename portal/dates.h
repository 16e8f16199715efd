// Instants in words, in the host's time zone.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "portal/templates.h"

namespace habilitd::portal {

// "8 mars 2026"
std::string day_text(const Texts&, Language, Instant);
// "il y a 3 jours"; an instant to come counts as now.
std::string ago_text(const Texts&, Language, Instant, Instant now);
// {iso, full, words} for the partial "when"; false (not shown) for the zero instant.
View when_view(const Texts&, Language, Instant, Instant now);
// {iso, day}; false for no instant.
View day_view(const Texts&, Language, const Instant*);
// The last second of a day as a date field sends it, YYYY-MM-DD. kInvalid, reason until-bad.
Result<Instant> end_of_day(std::string_view);

}  // namespace habilitd::portal
