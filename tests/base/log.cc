#include "base/log.h"

#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <cstdio>
#include <memory>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/json.h"

using namespace habilitd;
using namespace std::string_literals;

namespace {

// A file that disappears by itself, and what was written to it.
class Sink {
 public:
  Sink() : file_(std::tmpfile(), &std::fclose) {}
  int fd() const { return fileno(file_.get()); }

  std::vector<std::string> lines() const {
    std::string all(static_cast<std::size_t>(::lseek(fd(), 0, SEEK_END)), '\0');
    const auto size = ::pread(fd(), all.data(), all.size(), 0);
    BOOST_TEST(size == static_cast<ssize_t>(all.size()));
    std::vector<std::string> out;
    for (std::size_t begin = 0, end = 0; (end = all.find('\n', begin)) != std::string::npos;
         begin = end + 1) {
      out.push_back(all.substr(begin, end - begin));
    }
    return out;
  }

 private:
  std::unique_ptr<FILE, int (*)(FILE*)> file_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(log_)

BOOST_AUTO_TEST_CASE(a_line_is_json_with_time_level_event_and_fields_in_order) {
  Sink sink;
  Log(sink.fd()).warn("scim.patch.denied",
                      {{"client", "hr"}, {"count", 3LL}, {"first", true}, {"again", false}});
  const auto lines = sink.lines();
  BOOST_REQUIRE(lines.size() == 1U);
  const auto event = parse_json(lines[0]);
  BOOST_REQUIRE(event.ok());
  BOOST_TEST(parse_rfc3339(event->at("time").get<std::string>()).ok());
  const auto rest = lines[0].substr(lines[0].find(",\"level\""));
  BOOST_TEST(rest == R"(,"level":"warn","event":"scim.patch.denied","client":"hr","count":3,)"
                     R"("first":true,"again":false})");
}

BOOST_AUTO_TEST_CASE(no_value_can_break_the_line) {
  const std::string hostile[] = {"a\nb\r\"c\\", "\x1b[31m\x7f",  "\xFF\xC3 ok",
                                 "a\0b"s,       "é\xE2\x80\xA8", "\",\"level\":\"error"};
  for (const auto& value : hostile) {
    BOOST_TEST_CONTEXT(value) {
      Sink sink;
      Log(sink.fd()).error("x", {{"v", value}});
      const auto lines = sink.lines();
      BOOST_REQUIRE(lines.size() == 1U);
      const Json event = Json::parse(lines[0], nullptr, false);
      BOOST_REQUIRE(!event.is_discarded());
      BOOST_TEST(event.size() == 4U);
      BOOST_TEST(event.at("level") == "error");
      if (value.find('\xFF') == std::string::npos) BOOST_TEST(event.at("v") == value);
    }
  }
}

BOOST_AUTO_TEST_CASE(lower_levels_are_left_out) {
  Sink sink;
  const auto write_all = [](Log log) {
    log.debug("d");
    log.info("i");
    log.warn("w");
    log.error("e");
  };
  write_all(Log(sink.fd()));
  BOOST_TEST(sink.lines().size() == 3U);
  write_all(Log(sink.fd(), Log::Level::kError));
  BOOST_TEST(sink.lines().size() == 4U);
  write_all(Log(sink.fd(), Log::Level::kDebug));
  BOOST_TEST(sink.lines().size() == 8U);
}

BOOST_AUTO_TEST_CASE(threads_do_not_mix_their_lines) {
  Sink sink;
  Log log(sink.fd());
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&log] {
      for (int n = 0; n < 200; ++n) log.info("t", {{"text", std::string(200, 'x')}});
    });
  }
  for (auto& thread : threads) thread.join();
  const auto lines = sink.lines();
  BOOST_TEST(lines.size() == 800U);
  for (const auto& line : lines) BOOST_TEST(Json::accept(line));
}

BOOST_AUTO_TEST_CASE(a_closed_descriptor_stops_nobody) {
  BOOST_CHECK_NO_THROW(Log(-1).error("unheard"));
}

BOOST_AUTO_TEST_SUITE_END()
