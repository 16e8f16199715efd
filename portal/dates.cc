#include "portal/dates.h"

#include <array>
#include <charconv>
#include <ctime>

namespace habilitd::portal {
namespace {

using std::chrono::floor;
using std::chrono::seconds;

std::tm local(Instant at) {
  const std::time_t time = floor<seconds>(at).time_since_epoch().count();
  std::tm parts{};
  localtime_r(&time, &parts);
  return parts;
}

std::string format(const char* pattern, const std::tm& parts) {
  std::array<char, 64> out;
  return {out.data(), std::strftime(out.data(), out.size(), pattern, &parts)};
}

std::string full_text(const Texts& texts, Language language, Instant at) {
  const std::tm parts = local(at);
  return texts.get(language, "date.full",
                   {{"day", day_text(texts, language, at)},
                    {"clock", format("%H:%M", parts)},
                    {"zone", format("%Z", parts)}});
}

bool number(std::string_view text, int& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

std::string day_text(const Texts& texts, Language language, Instant at) {
  const std::tm parts = local(at);
  return texts.get(
      language, "date.day",
      {{"d",
        parts.tm_mday == 1 ? texts.get(language, "date.first") : std::to_string(parts.tm_mday)},
       {"month", texts.get(language, "date.month." + std::to_string(parts.tm_mon + 1))},
       {"y", std::to_string(parts.tm_year + 1900)}});
}

std::string ago_text(const Texts& texts, Language language, Instant at, Instant now) {
  const long long age = floor<seconds>(now - at).count();
  struct Step {
    long long size, until;
    std::string_view key;
  };
  static constexpr long long kDay = 86400;
  static constexpr std::array<Step, 5> kSteps = {{{60, 3600, "date.minutes"},
                                                  {3600, kDay, "date.hours"},
                                                  {kDay, 30 * kDay, "date.days"},
                                                  {30 * kDay, 365 * kDay, "date.months"},
                                                  {365 * kDay, -1, "date.years"}}};
  if (age < 60) return texts.get(language, "date.now");
  for (const Step& step : kSteps)
    if (step.until < 0 || age < step.until)
      return texts.count(language, step.key, static_cast<std::size_t>(age / step.size));
  return {};
}

View when_view(const Texts& texts, Language language, Instant at, Instant now) {
  if (at == Instant{}) return View(false);
  View view;
  view["iso"] = View(to_rfc3339(at));
  view["full"] = View(full_text(texts, language, at));
  view["words"] = View(ago_text(texts, language, at, now));
  return view;
}

View day_view(const Texts& texts, Language language, const Instant* at) {
  if (!at) return View(false);
  View view;
  view["iso"] = View(to_rfc3339(*at));
  view["day"] = View(day_text(texts, language, *at));
  return view;
}

Result<Instant> end_of_day(std::string_view text) {
  std::tm parts{};
  int year = 0, month = 0, day = 0;
  const bool read = text.size() == 10 && text[4] == '-' && text[7] == '-' &&
                    number(text.substr(0, 4), year) && number(text.substr(5, 2), month) &&
                    number(text.substr(8, 2), day);
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!read || year < 1970 || !date.ok()) return invalid("until-bad");
  parts.tm_year = year - 1900;
  parts.tm_mon = month - 1;
  parts.tm_mday = day;
  parts.tm_hour = 23;
  parts.tm_min = parts.tm_sec = 59;
  parts.tm_isdst = -1;
  return Instant(seconds(std::mktime(&parts)));
}

}  // namespace habilitd::portal
