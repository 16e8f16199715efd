#include "base/clock.h"

#include <array>
#include <string>

#include "base/scan.h"

namespace habilitd {

namespace {

namespace chr = std::chrono;

constexpr int kLeapSecond = 60;

struct Fields {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
};

// The instant of UTC calendar fields; a leap second is the instant that follows it, as in POSIX.
bool instant_of(const Fields& f, chr::minutes offset, Instant& out) {
  const auto date = chr::year(f.year) / chr::month(static_cast<unsigned>(f.month)) /
                    chr::day(static_cast<unsigned>(f.day));
  if (!date.ok() || f.hour > 23 || f.minute > 59 || f.second > kLeapSecond) return false;
  const auto utc = chr::sys_days(date) + chr::hours(f.hour) + chr::minutes(f.minute) +
                   chr::seconds(f.second) - offset;
  // Leap seconds are only ever inserted at the end of a UTC day.
  if (f.second == kLeapSecond && chr::floor<chr::days>(utc) != utc) return false;
  out = utc;
  return true;
}

// The digits of a decimal fraction of `unit`, cut to milliseconds. At least one digit is needed.
bool read_fraction(Scanner& in, long long unit_milliseconds, Duration& out) {
  long long numerator = 0;
  long long denominator = 1;
  std::size_t count = 0;
  for (int digit = 0; in.digit(digit); ++count) {
    if (count >= 9) continue;  // below a nanosecond of an hour nothing can change
    numerator = numerator * 10 + digit;
    denominator *= 10;
  }
  out = Duration(unit_milliseconds * numerator / denominator);
  return count > 0;
}

// "Z" or +hh:mm (RFC 3339), or +hhmm, +hh without a colon (RFC 4517).
bool read_zone(Scanner& in, bool colon, chr::minutes& out) {
  out = chr::minutes(0);
  if (in.take('Z') || (colon && in.take('z'))) return true;
  const bool west = in.take('-');
  int hours = 0;
  int minutes = 0;
  if ((!west && !in.take('+')) || !in.digits(2, hours)) return false;
  const bool has_minutes = colon ? in.take(':') : !in.done();
  if (colon && !has_minutes) return false;
  if (has_minutes && !in.digits(2, minutes)) return false;
  if (hours > 23 || minutes > 59) return false;
  out = chr::minutes((west ? -1 : 1) * (hours * 60 + minutes));
  return true;
}

Error bad_instant(const char* expected) {
  return invalid("instant-syntax", std::string("not ") + expected);
}

Fields fields_of(Instant at) {
  const auto day = chr::floor<chr::days>(at);
  const chr::year_month_day date(day);
  const chr::hh_mm_ss time(chr::floor<chr::seconds>(at) - day);
  return {static_cast<int>(date.year()),
          static_cast<int>(static_cast<unsigned>(date.month())),
          static_cast<int>(static_cast<unsigned>(date.day())),
          static_cast<int>(time.hours().count()),
          static_cast<int>(time.minutes().count()),
          static_cast<int>(time.seconds().count())};
}

// At least so many digits, with zeros before.
void append_number(std::string& out, int number, std::size_t digits) {
  const std::string text = std::to_string(number);
  if (text.size() < digits) out.append(digits - text.size(), '0');
  out += text;
}

// The fields in their order, each but the first behind its mark (none: '\0'), then "." and three
// digits when there are milliseconds, and the zone.
std::string formatted(Instant at, const std::array<char, 5>& marks) {
  const Fields f = fields_of(at);
  std::string out;
  out.reserve(24);
  append_number(out, f.year, 4);
  const std::array<int, 5> rest{f.month, f.day, f.hour, f.minute, f.second};
  for (std::size_t i = 0; i < rest.size(); ++i) {
    if (marks[i] != '\0') out += marks[i];
    append_number(out, rest[i], 2);
  }
  if (const auto left = (at - chr::floor<chr::seconds>(at)).count(); left > 0) {
    out += '.';
    append_number(out, static_cast<int>(left), 3);
  }
  return out + 'Z';
}

}  // namespace

Instant SystemClock::now() const { return chr::floor<chr::milliseconds>(chr::system_clock::now()); }

std::string to_rfc3339(Instant at) { return formatted(at, {'-', '-', 'T', ':', ':'}); }

Result<Instant> parse_rfc3339(std::string_view text) {
  Scanner in(text);
  Fields f;
  Duration fraction{0};
  chr::minutes offset{0};
  Instant at;
  const bool read = in.digits(4, f.year) && in.take('-') && in.digits(2, f.month) && in.take('-') &&
                    in.digits(2, f.day) && (in.take('T') || in.take('t')) && in.digits(2, f.hour) &&
                    in.take(':') && in.digits(2, f.minute) && in.take(':') &&
                    in.digits(2, f.second) &&
                    (!in.take('.') || read_fraction(in, 1000, fraction)) &&
                    read_zone(in, true, offset) && in.done();
  if (!read || !instant_of(f, offset, at)) {
    return bad_instant("a date and time such as 2026-03-08T10:19:14Z");
  }
  return at + fraction;
}

std::string to_generalized_time(Instant at) { return formatted(at, {}); }

Result<Instant> parse_generalized_time(std::string_view text) {
  const auto bad = [] { return bad_instant("a GeneralizedTime such as 20260308101914Z"); };
  Scanner in(text);
  Fields f;
  if (!in.digits(4, f.year) || !in.digits(2, f.month) || !in.digits(2, f.day) ||
      !in.digits(2, f.hour)) {
    return bad();
  }
  // Minutes and seconds may be missing; a fraction is one of the last unit given.
  long long unit = 3600 * 1000;
  if (in.at_digit()) {
    unit = 60 * 1000;
    if (!in.digits(2, f.minute)) return bad();
  }
  if (unit == 60 * 1000 && in.at_digit()) {
    unit = 1000;
    if (!in.digits(2, f.second)) return bad();
  }
  Duration fraction{0};
  if ((in.take('.') || in.take(',')) && !read_fraction(in, unit, fraction)) return bad();
  chr::minutes offset{0};
  Instant at;
  if (!read_zone(in, false, offset) || !in.done() || !instant_of(f, offset, at)) return bad();
  return at + fraction;
}

}  // namespace habilitd
