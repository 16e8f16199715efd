#include "base/clock.h"

#include <boost/test/unit_test.hpp>

#include "tests/support/outcome.h"

using namespace habilitd;
using habilitd::tests::reason_of;

namespace {

struct Reading {
  const char* text;
  const char* expected;  // RFC 3339, or null when it must be refused
};

template <class Parse>
void check_readings(const std::vector<Reading>& readings, Parse parse) {
  for (const auto& [text, expected] : readings) {
    BOOST_TEST_CONTEXT("reading " << text) {
      const Result<Instant> at = parse(text);
      if (expected == nullptr) {
        BOOST_TEST(reason_of(at) == "instant-syntax");
      } else {
        BOOST_TEST(reason_of(at) == "");
        if (at) BOOST_TEST(to_rfc3339(*at) == expected);
      }
    }
  }
}

Instant instant(const char* text) { return parse_rfc3339(text).value(); }

}  // namespace

BOOST_AUTO_TEST_SUITE(clock_)

BOOST_AUTO_TEST_CASE(rfc3339_is_read_strictly) {
  check_readings({{"2026-03-08T10:19:14Z", "2026-03-08T10:19:14Z"},
                  {"2026-03-08t10:19:14z", "2026-03-08T10:19:14Z"},
                  {"2026-03-08T10:19:14.5Z", "2026-03-08T10:19:14.500Z"},
                  {"2026-03-08T10:19:14.0079Z", "2026-03-08T10:19:14.007Z"},
                  {"2026-03-08T10:19:14.123456789123Z", "2026-03-08T10:19:14.123Z"},
                  {"2026-03-08T10:19:14+02:00", "2026-03-08T08:19:14Z"},
                  {"2026-03-08T00:19:14+00:30", "2026-03-07T23:49:14Z"},
                  {"2026-12-31T23:00:00-01:30", "2027-01-01T00:30:00Z"},
                  {"1969-12-31T23:59:59.250Z", "1969-12-31T23:59:59.250Z"},
                  {"2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z"},
                  {"2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"},
                  {"2017-01-01T00:59:60+01:00", "2017-01-01T00:00:00Z"},
                  {"0000-01-01T00:00:00Z", "0000-01-01T00:00:00Z"},
                  {"9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"},
                  {"2026-03-08T10:19:60Z", nullptr},
                  {"2026-02-29T00:00:00Z", nullptr},
                  {"2026-13-01T00:00:00Z", nullptr},
                  {"2026-00-01T00:00:00Z", nullptr},
                  {"2026-03-08T24:00:00Z", nullptr},
                  {"2026-03-08T10:60:00Z", nullptr},
                  {"2026-03-08T10:19:14", nullptr},
                  {"2026-03-08 10:19:14Z", nullptr},
                  {"2026-03-08T10:19:14.Z", nullptr},
                  {"2026-03-08T10:19:14+0200", nullptr},
                  {"2026-03-08T10:19:14+24:00", nullptr},
                  {"2026-03-08T10:19:14Z ", nullptr},
                  {" 2026-03-08T10:19:14Z", nullptr},
                  {"26-03-08T10:19:14Z", nullptr},
                  {"2026-3-8T10:19:14Z", nullptr},
                  {"-026-03-08T10:19:14Z", nullptr},
                  {"2026-03-08", nullptr},
                  {"", nullptr},
                  {"2026-03-08T10:19:\xD9\xA1\xD9\xA4Z", nullptr}},
                 parse_rfc3339);
}

BOOST_AUTO_TEST_CASE(generalized_time_is_read_in_every_form_of_rfc_4517) {
  check_readings({{"20260308101914Z", "2026-03-08T10:19:14Z"},
                  {"20260308101914.5Z", "2026-03-08T10:19:14.500Z"},
                  {"20260308101914,25Z", "2026-03-08T10:19:14.250Z"},
                  {"20260308101914.123456Z", "2026-03-08T10:19:14.123Z"},
                  {"202603081019Z", "2026-03-08T10:19:00Z"},
                  {"202603081019.5Z", "2026-03-08T10:19:30Z"},
                  {"2026030810Z", "2026-03-08T10:00:00Z"},
                  {"2026030810.25Z", "2026-03-08T10:15:00Z"},
                  {"20260308101914+0200", "2026-03-08T08:19:14Z"},
                  {"20260308101914-02", "2026-03-08T12:19:14Z"},
                  {"20161231235960Z", "2017-01-01T00:00:00Z"},
                  {"20260308101914", nullptr},
                  {"20260308101914.Z", nullptr},
                  {"20260308101914z", nullptr},
                  {"2026030810191Z", nullptr},
                  {"20260308Z", nullptr},
                  {"20260230101914Z", nullptr},
                  {"20260308251914Z", nullptr},
                  {"20260308101914+02:00", nullptr},
                  {"20260308101914+020", nullptr},
                  {"20260308101914ZZ", nullptr},
                  {"", nullptr}},
                 parse_generalized_time);
}

BOOST_AUTO_TEST_CASE(what_is_written_reads_back) {
  const long long moments[] = {0,
                               1,
                               999,
                               1000,
                               1772965154007,
                               -1,
                               -1000000001,
                               253402300799999,
                               951782400000,
                               -62135596800000};
  for (const long long ms : moments) {
    BOOST_TEST_CONTEXT(ms << " ms") {
      const Instant at{Duration(ms)};
      BOOST_TEST((parse_rfc3339(to_rfc3339(at)).value() == at));
      BOOST_TEST((parse_generalized_time(to_generalized_time(at)).value() == at));
    }
  }
}

BOOST_AUTO_TEST_CASE(generalized_time_has_no_punctuation) {
  BOOST_TEST(to_generalized_time(instant("2026-03-08T10:19:14Z")) == "20260308101914Z");
  BOOST_TEST(to_generalized_time(instant("2026-03-08T10:19:14.020Z")) == "20260308101914.020Z");
}

BOOST_AUTO_TEST_CASE(the_system_clock_is_in_this_century) {
  const std::string now = to_rfc3339(SystemClock().now());
  BOOST_TEST((now > "2024-01-01"));
  BOOST_TEST((now < "2100-01-01"));
}

BOOST_AUTO_TEST_CASE(periods_are_calendar_steps) {
  struct Step {
    const char *start, *period, *expected;
  };
  const Step steps[] = {
      {"2026-01-31T10:00:00Z", "P1M", "2026-02-28T10:00:00Z"},
      {"2024-01-31T10:00:00Z", "P1M", "2024-02-29T10:00:00Z"},
      {"2024-02-29T23:59:59.500Z", "P1Y", "2025-02-28T23:59:59.500Z"},
      {"2024-02-29T00:00:00Z", "P4Y", "2028-02-29T00:00:00Z"},
      {"2026-10-31T00:00:00Z", "P4M", "2027-02-28T00:00:00Z"},
      {"2026-12-15T00:00:00Z", "P1M", "2027-01-15T00:00:00Z"},
      {"2026-01-31T00:00:00Z", "P1M1D", "2026-03-01T00:00:00Z"},
      {"2026-05-30T00:00:00Z", "P1Y2M3DT4H5M6S", "2027-08-02T04:05:06Z"},
      {"2026-03-08T10:19:14Z", "PT90M", "2026-03-08T11:49:14Z"},
      {"2026-03-08T23:59:59Z", "PT1S", "2026-03-09T00:00:00Z"},
      {"2026-03-08T00:00:00Z", "P0D", "2026-03-08T00:00:00Z"},
      {"1969-12-31T23:00:00Z", "P2M", "1970-02-28T23:00:00Z"},
      {"2026-03-08T00:00:00Z", "P1000Y", "3026-03-08T00:00:00Z"},
  };
  for (const auto& [start, text, expected] : steps) {
    BOOST_TEST_CONTEXT(start << " + " << text) {
      const auto period = parse_period(text);
      BOOST_REQUIRE(period.ok());
      BOOST_TEST(to_rfc3339(instant(start) + *period) == expected);
    }
  }
}

BOOST_AUTO_TEST_CASE(periods_are_read_strictly) {
  for (const char* text : {"",
                           "P",
                           "PT",
                           "1D",
                           "P1",
                           "P1DT",
                           "PT1",
                           "P1H",
                           "PT1D",
                           "P1D1M",
                           "P1D1D",
                           "PT1S1H",
                           "p1d",
                           "P-1D",
                           "-P1D",
                           "+P1D",
                           "P1.5D",
                           "P1,5D",
                           "P 1D",
                           "P1D ",
                           "P1W",
                           "P1001Y",
                           "P99999999999999999999D",
                           "PT99999999999999999999999S",
                           "P1Y2M3DT4H5M6SX",
                           "P\xD9\xA1"
                           "D"}) {
    BOOST_TEST_CONTEXT(text) { BOOST_TEST(reason_of(parse_period(text)) == "period-syntax"); }
  }
}

BOOST_AUTO_TEST_SUITE_END()
