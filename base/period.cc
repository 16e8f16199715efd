// Calendar periods: reading ISO 8601 durations and adding them to instants.
#include <string>

#include "base/clock.h"
#include "base/scan.h"

namespace habilitd {

namespace {

namespace chr = std::chrono;

// No component may be longer than a thousand years, so that sums stay within the calendar.
constexpr long long kMostYears = 1000;
constexpr long long kMostSeconds = kMostYears * 366 * 24 * 3600;

struct Unit {
  char letter;
  long long most;
};
constexpr Unit kDateUnits[] = {{'Y', kMostYears}, {'M', kMostYears * 12}, {'D', kMostYears * 366}};
constexpr Unit kTimeUnits[] = {
    {'H', kMostSeconds / 3600}, {'M', kMostSeconds / 60}, {'S', kMostSeconds}};

// Reads the components of one half, in order, each at most once. False when there is none or when
// one is malformed or out of range.
bool read_half(Scanner& in, const Unit (&units)[3], long long (&out)[3]) {
  std::size_t next = 0;
  bool any = false;
  while (in.at_digit()) {
    long long value = 0;
    for (int digit = 0; in.digit(digit);) {
      value = value * 10 + digit;
      if (value > kMostSeconds) return false;
    }
    while (next < 3 && !in.take(units[next].letter)) ++next;
    if (next == 3 || value > units[next].most) return false;
    out[next++] = value;
    any = true;
  }
  return any;
}

}  // namespace

Result<CalendarPeriod> parse_period(std::string_view text) {
  Scanner in(text);
  long long date[3] = {};
  long long time[3] = {};
  bool good = in.take('P');
  const bool has_date = good && in.at_digit();
  if (has_date) good = read_half(in, kDateUnits, date);
  const bool has_time = good && in.take('T');
  if (has_time) good = read_half(in, kTimeUnits, time);
  if (!good || !in.done() || (!has_date && !has_time)) {
    return invalid("period-syntax", "not an ISO 8601 period such as P1Y, P6M, P30D or PT12H");
  }
  CalendarPeriod period;
  period.years = static_cast<int>(date[0]);
  period.months = static_cast<int>(date[1]);
  period.days = date[2];
  period.seconds = time[0] * 3600 + time[1] * 60 + time[2];
  return period;
}

Instant operator+(Instant start, const CalendarPeriod& period) {
  const auto day = chr::floor<chr::days>(start);
  const chr::year_month_day date(day);
  const auto month =
      date.year() / date.month() + chr::years(period.years) + chr::months(period.months);
  // 31 January and one month is the last day of February.
  chr::year_month_day moved = month / date.day();
  if (!moved.ok()) moved = month / chr::last;
  return chr::sys_days(moved) + (start - day) + chr::days(period.days) +
         chr::seconds(period.seconds);
}

}  // namespace habilitd
