// The directory as the use cases see it.
#include "ldap/directory.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <numeric>
#include <vector>

#include "tests/ldap/sample_tree.h"
#include "tests/support/site.h"
#include "tests/support/slapd.h"

namespace habilitd::ldap {
namespace {

using tests::Site;
using tests::Slapd;
using namespace std::chrono_literals;
using std::chrono::steady_clock;

Slapd& own_slapd() {
  static Slapd one;
  return one;
}

struct WithDirectory {
  WithDirectory() {
    if (!slapd.running()) slapd.start();
    slapd.clear();
    slapd.load(tests::kSampleTree);
    site = std::make_unique<Site>(slapd);
    site->start();
  }
  ~WithDirectory() {
    if (slapd.running()) slapd.resume();
  }
  Directory& directory() { return site->directory(); }
  Result<Written> add_person(const std::string& key) {
    const Layout& layout = directory().layout();
    return directory().add(
        Identity::kProvisioning, Dn::child("habKey", key, layout.people),
        {attribute(layout, Attr::kObjectClass, {"inetOrgPerson", "habPerson"}),
         attribute(layout, Attr::kHabKey, {key}), attribute(layout, Attr::kUid, {"uid-" + key}),
         attribute(layout, Attr::kCn, {key}), attribute(layout, Attr::kSn, {key})});
  }

  static Change change_of(const Layout& layout, Change::Op op, const std::string& member) {
    return change(layout, op, Attr::kMember, {member});
  }

  Slapd& slapd = own_slapd();
  std::unique_ptr<Site> site;
  Dn person = *Dn::parse("habKey=person,ou=people,dc=example,dc=org");
  Dn request = *Dn::parse("habKey=request,ou=requests,dc=example,dc=org");
};

BOOST_FIXTURE_TEST_SUITE(directory_, WithDirectory)

BOOST_AUTO_TEST_CASE(what_was_written_is_in_the_mirror) {
  const Layout& layout = directory().layout();
  for (int i = 0; i < 50; ++i) {
    const std::string key = "p" + std::to_string(i);
    const auto added = add_person(key);
    BOOST_REQUIRE(added);
    const Dn name = Dn::child("habKey", key, layout.people);
    BOOST_TEST(directory().view()->by_id(added->id)->first(Attr::kUid) == "uid-" + key);
    const auto changed =
        directory().modify(Identity::kProvisioning, name,
                           {change(layout, Change::Op::kReplace, Attr::kTitle, {"t" + key})});
    BOOST_REQUIRE(changed);
    BOOST_TEST(directory().view()->by_id(added->id)->first(Attr::kTitle) == "t" + key);
    BOOST_REQUIRE(directory().remove(Identity::kProvisioning, name, added->id));
    BOOST_TEST((directory().view()->by_id(added->id) == nullptr));
  }
}

BOOST_AUTO_TEST_CASE(members_are_in_the_mirror_before_the_directory_tells_of_them) {
  const Layout& layout = directory().layout();
  const auto ann = add_person("ann"), bob = add_person("bob");
  BOOST_REQUIRE((ann && bob));
  const Dn name = Dn::child("cn", "staff", layout.groups);
  const std::string ann_dn = Dn::child("habKey", "ann", layout.people).str(),
                    bob_dn = Dn::child("habKey", "bob", layout.people).str();
  const auto group =
      directory().add(Identity::kProvisioning, name,
                      {attribute(layout, Attr::kObjectClass, {"groupOfNames", "habGroup"}),
                       attribute(layout, Attr::kCn, {"staff"}),
                       attribute(layout, Attr::kMember, {layout.steward.str(), ann_dn})});
  BOOST_REQUIRE(group);
  const auto members = [&] {
    const auto view = directory().view();
    const auto of_group = view->by_id(group->id)->node();
    return std::pair(view->linked(of_group, Link::kMember, view->by_id(ann->id)->node()),
                     view->linked(of_group, Link::kMember, view->by_id(bob->id)->node()));
  };
  const LinkNames names{{bob_dn}, {ann_dn}};
  auto connection = slapd.connect(slapd.admin());
  WriteOptions options;
  options.tell_csn_before = true;
  const auto written = connection.modify(
      name, {{Change::Op::kAdd, "member", {bob_dn}}, {Change::Op::kDelete, "member", {ann_dn}}},
      options);
  BOOST_REQUIRE(written);
  BOOST_TEST(written->csn_before == group->csn);
  Mirror& mirror = directory().mirror();
  const LinkChange change{group->id, group->csn, written->csn, Link::kMember, names};
  // Whoever is first: afterwards it is known, and what it was before is not that any more.
  if (mirror.advance(change)) {
    BOOST_TEST((members() == std::pair(false, true)));
    BOOST_TEST(directory().view()->by_id(group->id)->csn() == written->csn);
  }
  BOOST_TEST(mirror.wait_for(group->id, written->csn, 2s));
  BOOST_TEST((members() == std::pair(false, true)));
  BOOST_TEST(!mirror.advance(change));
  BOOST_REQUIRE(directory().modify_members(
      Identity::kProvisioning, name,
      {change_of(layout, Change::Op::kAdd, ann_dn), change_of(layout, Change::Op::kDelete, bob_dn)},
      {{ann_dn}, {bob_dn}}));
  BOOST_TEST((members() == std::pair(true, false)));
  const auto record = directory().view()->by_id(group->id);
  const auto entry = directory().read(Identity::kProvisioning, name, {Attr::kModifyTimestamp});
  BOOST_REQUIRE(entry);
  BOOST_TEST(record->first(Attr::kModifyTimestamp) == entry->first("modifyTimestamp"));
}

BOOST_AUTO_TEST_CASE(a_stale_version_changes_nothing) {
  const Layout& layout = directory().layout();
  const auto result = directory().modify(
      Identity::kProvisioning, person,
      {change(layout, Change::Op::kReplace, Attr::kTitle, {"new"})},
      {Filter::equals(layout.name(Attr::kEntryCsn), "20000101000000.000000Z#000000#000#000000")});
  BOOST_REQUIRE(!result);
  BOOST_TEST((result.error().code == Errc::kStale));
  BOOST_TEST(directory().read(Identity::kDecisions, person, {Attr::kTitle})->attributes.empty());
}

BOOST_AUTO_TEST_CASE(a_search_finds_nothing_or_misses_its_base) {
  const Filter nobody = Filter::equals("uid", "nobody");
  const auto found =
      directory().search(Identity::kDecisions, directory().layout().people, nobody, {Attr::kUid});
  BOOST_REQUIRE(found);
  BOOST_TEST(found->empty());
  const auto missing =
      directory().search(Identity::kDecisions, *Dn::parse("ou=none,dc=example,dc=org"), nobody, {});
  BOOST_REQUIRE(!missing);
  BOOST_TEST((missing.error().code == Errc::kNotFound));
}

BOOST_AUTO_TEST_CASE(searches_sent_together_are_answered_in_order) {
  const Layout& layout = directory().layout();
  const Filter nobody = Filter::equals("uid", "nobody");
  std::vector<Directory::Search> searches;
  for (int i = 0; i < 20; ++i) {
    const std::string key = "p" + std::to_string(i);
    BOOST_REQUIRE(add_person(key));
    searches.push_back(
        {layout.people, Filter::equals(layout.name(Attr::kUid), "uid-" + key), {Attr::kCn}});
    searches.push_back({layout.people, nobody, {}});
  }
  for (const bool after_restart : {false, true}) {
    if (after_restart) slapd.restart();
    const auto found = directory().search_all(Identity::kDecisions, searches);
    BOOST_REQUIRE(found);
    BOOST_REQUIRE(found->size() == 40u);
    for (std::size_t i = 0; i < 40; i += 2) {
      BOOST_REQUIRE((*found)[i].size() == 1u);
      BOOST_TEST((*found)[i][0].first("cn") == "p" + std::to_string(i / 2));
      BOOST_TEST((*found)[i + 1].empty());
    }
  }
  searches[7].base = *Dn::parse("ou=none,dc=example,dc=org");
  const auto missing = directory().search_all(Identity::kDecisions, searches);
  BOOST_REQUIRE(!missing);
  BOOST_TEST((missing.error().code == Errc::kNotFound));
  searches.erase(searches.begin() + 1, searches.end());
  BOOST_TEST(directory().search_all(Identity::kDecisions, searches).ok());
}

BOOST_AUTO_TEST_CASE(searches_to_a_stopped_server_end_at_the_deadline) {
  auto options = tests::directory_options(slapd);
  options.write.deadline = 1s;
  site.reset();
  site = std::make_unique<Site>(slapd, std::move(options));
  site->start();
  const Directory::Search one{directory().layout().people, Filter::any_entry(), {}};
  BOOST_REQUIRE(directory().search_all(Identity::kDecisions, {one, one}));
  slapd.pause();
  const auto start = steady_clock::now();
  const auto result = directory().search_all(Identity::kDecisions, {one, one});
  BOOST_TEST((steady_clock::now() - start < 2500ms));
  BOOST_REQUIRE(!result);
  BOOST_TEST((result.error().code == Errc::kUnavailable));
  slapd.resume();
  BOOST_TEST(directory().search_all(Identity::kDecisions, {one, one}).ok());
}

BOOST_AUTO_TEST_CASE(writes_that_belong_together_are_in_the_mirror_at_the_end) {
  for (int round = 0; round < 30; ++round) {
    std::vector<EntryUuid> added;
    {
      Directory::Together writes;
      for (int i = 0; i < 3; ++i) {
        const Directory::Together inner;
        const auto person_added = add_person("t" + std::to_string(round) + "-" + std::to_string(i));
        BOOST_REQUIRE(person_added);
        added.push_back(person_added->id);
      }
      writes.settle();
      for (const EntryUuid& id : added) BOOST_TEST((directory().view()->by_id(id) != nullptr));
      added.push_back(add_person("last" + std::to_string(round))->id);
    }
    for (const EntryUuid& id : added) BOOST_TEST((directory().view()->by_id(id) != nullptr));
  }
}

BOOST_AUTO_TEST_CASE(reads_and_writes_survive_a_restart) {
  BOOST_REQUIRE(directory().read(Identity::kDecisions, request, {Attr::kHabState}));
  slapd.restart();
  BOOST_TEST(directory().read(Identity::kDecisions, request, {Attr::kHabState}).ok());
  slapd.restart();
  BOOST_TEST(
      directory()
          .modify(Identity::kDecisions, request, {{Change::Op::kReplace, "habState", {"approved"}}})
          .ok());
}

BOOST_AUTO_TEST_CASE(a_write_to_a_stopped_server_is_not_called_done_nor_failed) {
  auto options = tests::directory_options(slapd);
  options.write.deadline = 1s;
  site.reset();
  site = std::make_unique<Site>(slapd, std::move(options));
  site->start();
  BOOST_REQUIRE(directory().read(Identity::kDecisions, request, {Attr::kHabState}));
  slapd.pause();
  const auto start = steady_clock::now();
  const auto result = directory().modify(Identity::kDecisions, request,
                                         {{Change::Op::kReplace, "habState", {"approved"}}});
  BOOST_TEST((steady_clock::now() - start < 2500ms));
  BOOST_REQUIRE(!result);
  BOOST_TEST((result.error().code == Errc::kUnknownOutcome));
  const auto next = directory().modify(Identity::kDecisions, request,
                                       {{Change::Op::kReplace, "habState", {"refused"}}});
  BOOST_REQUIRE(!next);
  BOOST_TEST((next.error().code == Errc::kUnavailable));
  slapd.resume();
  BOOST_TEST(directory().read(Identity::kDecisions, request, {Attr::kHabState}).ok());
  BOOST_TEST(site->logged().find("directory.unknown-outcome") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_password_is_checked_by_the_directory) {
  BOOST_TEST(directory().check_password(person, Secret("correct horse battery")).ok());
  const Secret wrong[] = {Secret("wrong"), Secret(""), Secret(std::string(2000, 'x')),
                          Secret(std::string("correct horse battery\0", 22))};
  for (const Secret& password : wrong) {
    const auto result = directory().check_password(person, password);
    BOOST_REQUIRE(!result);
    BOOST_TEST((result.error().code == Errc::kUnauthenticated));
    BOOST_TEST((directory().check_password(Dn(), password).error().code == Errc::kUnauthenticated));
  }
}

BOOST_AUTO_TEST_CASE(a_dead_directory_is_not_a_wrong_password) {
  slapd.kill();
  BOOST_TEST((directory().check_password(person, Secret("correct horse battery")).error().code ==
              Errc::kUnavailable));
}

double median_cost(const std::function<void()>& use) {
  std::vector<double> costs;
  for (int i = 0; i < 25; ++i) {
    const auto start = steady_clock::now();
    use();
    costs.push_back(std::chrono::duration<double, std::milli>(steady_clock::now() - start).count());
  }
  std::nth_element(costs.begin(), costs.begin() + 12, costs.end());
  return costs[12];
}

BOOST_AUTO_TEST_CASE(an_unknown_name_costs_what_a_known_one_does) {
  slapd.load(R"(
dn: habKey=invited,ou=people,dc=example,dc=org
objectClass: inetOrgPerson
objectClass: habPerson
habKey: invited
cn: Invited
sn: Invited
)");
  const Dn invited = *Dn::parse("habKey=invited,ou=people,dc=example,dc=org");
  const auto check = [&](const Dn& user) {
    return median_cost([&] { (void)directory().check_password(user, Secret("wrong password")); });
  };
  const double known = check(person);
  const double unknown = check(Dn());
  const double without_password = check(invited);
  BOOST_TEST_MESSAGE("known " << known << " ms, unknown " << unknown << " ms, without password "
                              << without_password << " ms");
  // Other programs share the machine; without a decoy the ratio is about 50.
  for (double cost : {unknown, without_password}) {
    BOOST_TEST(cost > known / 2);
    BOOST_TEST(cost < known * 2);
  }
}

BOOST_AUTO_TEST_CASE(a_password_is_set_by_the_reset_and_by_its_owner) {
  const Secret first("the first new password");
  const Secret second("the second new password");
  BOOST_REQUIRE(directory().set_password(person, first));
  BOOST_TEST(directory().check_password(person, first).ok());
  BOOST_TEST(!directory().check_password(person, Secret("correct horse battery")));
  BOOST_TEST((directory().change_own_password(person, Secret("wrong"), second).error().code ==
              Errc::kUnauthenticated));
  BOOST_REQUIRE(directory().change_own_password(person, first, second));
  BOOST_TEST(directory().check_password(person, second).ok());
  const auto again = directory().change_own_password(person, second, first);
  BOOST_REQUIRE(!again);
  BOOST_TEST(again.error().reason == "password-in-history");
}

BOOST_AUTO_TEST_CASE(a_password_that_must_be_changed_can_be_changed) {
  slapd.load(
      "dn: habKey=person,ou=people,dc=example,dc=org\nchangetype: modify\nreplace: pwdReset\n"
      "pwdReset: TRUE\n");
  slapd.load(
      "dn: cn=password-policy,ou=services,dc=example,dc=org\nchangetype: modify\n"
      "replace: pwdMustChange\npwdMustChange: TRUE\n");
  const Secret old("correct horse battery");
  const Secret fresh("an altogether new password");
  const auto bound = directory().check_password(person, old);
  const auto changed = directory().change_own_password(person, old, fresh);
  const auto after = directory().check_password(person, fresh);
  slapd.load(
      "dn: cn=password-policy,ou=services,dc=example,dc=org\nchangetype: modify\n"
      "replace: pwdMustChange\npwdMustChange: FALSE\n");
  BOOST_REQUIRE(bound);
  BOOST_TEST(bound->must_change_password);
  BOOST_TEST(changed.ok());
  BOOST_REQUIRE(after);
  BOOST_TEST(!after->must_change_password);
}

BOOST_AUTO_TEST_CASE(no_secret_is_logged) {
  slapd.kill();
  const Secret canary("canary-7f3a-password");
  (void)directory().check_password(person, canary);
  (void)directory().set_password(person, canary);
  BOOST_TEST(site->logged().find("canary") == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace habilitd::ldap
