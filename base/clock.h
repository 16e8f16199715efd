// Time as a parameter. Instants are UTC with millisecond precision.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/result.h"

namespace habilitd {

using Instant = std::chrono::sys_time<std::chrono::milliseconds>;
using Duration = std::chrono::milliseconds;

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Instant now() const = 0;
};

class SystemClock : public Clock {
 public:
  Instant now() const override;
};

// RFC 3339 / xsd:dateTime, "2026-03-08T10:19:14Z" (milliseconds written only when not zero). The
// readers cut finer fractions; a leap second (23:59:60 UTC) is the second after it. Both writers
// and readers are meant for years 0 to 9999. Error: kInvalid, instant-syntax.
std::string to_rfc3339(Instant);
Result<Instant> parse_rfc3339(std::string_view);

// LDAP GeneralizedTime (RFC 4517 section 3.3.13), "20260308101914Z"; reads every form of the RFC:
// minutes and seconds left out, a fraction of the last unit, an offset. Error: kInvalid,
// instant-syntax.
std::string to_generalized_time(Instant);
Result<Instant> parse_generalized_time(std::string_view);

// ISO 8601 duration as policies write it: PnY, PnM, PnD, PTnH, PTnM, PTnS and combinations.
// Years and months are calendar steps, so it is added to an instant rather than turned into a
// number; a day that the month reached does not have becomes its last day. No component may pass
// 1000 years. Error: kInvalid, period-syntax.
struct CalendarPeriod {
  int years = 0, months = 0;
  long long days = 0, seconds = 0;
};
Result<CalendarPeriod> parse_period(std::string_view);
Instant operator+(Instant, const CalendarPeriod&);

}  // namespace habilitd
