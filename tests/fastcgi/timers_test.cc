// What the timers do about events that nobody fetches.
#include "fastcgi/timers.h"

#include <boost/test/unit_test.hpp>
#include <filesystem>

#include "tests/support/site.h"
#include "workflow/events.h"

namespace habilitd::fastcgi {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

constexpr std::size_t kEvents = 550, kKept = 10;

// A site that keeps ten events and has many more.
struct Flooded {
  Flooded() : site(tests::Slapd::shared()) {
    BOOST_REQUIRE(::mkdtemp(folder.data()));
    tests::Slapd::shared().clear();
    std::string ldif;
    for (std::size_t i = 0; i < kEvents; ++i) {
      std::string key = std::to_string(i);
      key.insert(0, 32 - key.size(), '0');
      ldif += "dn: habKey=" + key +
              ",ou=events,dc=example,dc=org\nobjectClass: habEvent\nhabKey: " + key +
              "\nhabCreated: " + to_generalized_time(clock.now()) +
              "\nhabPending: 11111111-1111-4111-8111-111111111111\n\n";
    }
    tests::Slapd::shared().load(ldif);
    site.start();
    audit = *workflow::Audit::open(folder + "/audit.log", clock);
    workflow::WorkflowSettings settings;
    settings.events_kept = kKept;
    services = std::make_unique<workflow::Services>(site.directory(), catalogue, *audit, clock,
                                                    site.log(), site.metrics(), settings);
  }
  ~Flooded() { fs::remove_all(folder); }

  std::string folder = (fs::temp_directory_path() / "habilitd-timers-XXXXXX").string();
  SystemClock clock;
  tests::Site site;
  workflow::Catalogue catalogue{folder, site.log()};
  std::unique_ptr<workflow::Audit> audit;
  std::unique_ptr<workflow::Services> services;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(timers)

BOOST_AUTO_TEST_CASE(a_flood_of_events_is_removed_without_a_rest) {
  Flooded flooded;
  BOOST_TEST((events_pass(*flooded.services) < 1s));
  BOOST_TEST((events_pass(*flooded.services) == 60s));
  BOOST_TEST(flooded.site.directory().view()->all(ldap::Kind::kEvent).size() == kKept);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace habilitd::fastcgi
