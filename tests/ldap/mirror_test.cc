#include "ldap/mirror.h"

#include <ldap.h>

#include <atomic>
#include <boost/test/unit_test.hpp>

#include "tests/ldap/mirror_fixture.h"

namespace habilitd::ldap {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

tests::Slapd& directory() { return tests::Slapd::shared(); }
const Layout& site() { return directory().layout(); }

Attributes person(const std::string& uid) {
  return {{"objectClass", {"inetOrgPerson", "habPerson"}},
          {"uid", {uid}},
          {"cn", {uid}},
          {"sn", {"Test"}},
          {"mail", {uid + "@example.org"}}};
}

Attributes group(const std::string& cn, std::vector<std::string> members) {
  members.push_back(site().steward.str());
  return {{"objectClass", {"groupOfNames", "habGroup"}}, {"cn", {cn}}, {"member", members}};
}

Dn person_dn(const std::string& uid) { return Dn::child("uid", uid, site().people); }
Dn group_dn(const std::string& cn) { return Dn::child("cn", cn, site().groups); }

class Fixture {
 public:
  Fixture() : writer(directory().connect(directory().admin())), mirror(directory()) {
    directory().clear();
    mirror.loaded();
  }

  // Adds and waits for the mirror.
  Written add(const Dn& dn, const Attributes& attributes) {
    auto written = writer.add(dn, attributes);
    BOOST_REQUIRE_MESSAGE(written.ok(), (written ? "" : written.error().detail));
    BOOST_REQUIRE(mirror->wait_for(written->id, written->csn, 5s));
    return *written;
  }
  Written modify(const Dn& dn, const std::vector<Change>& changes) {
    auto written = writer.modify(dn, changes);
    BOOST_REQUIRE_MESSAGE(written.ok(), (written ? "" : written.error().detail));
    BOOST_REQUIRE(mirror->wait_for(written->id, written->csn, 5s));
    return *written;
  }
  Mirror::View view() {
    auto made = mirror->view();
    BOOST_REQUIRE(made);
    return *std::move(made);
  }

  Connection writer;
  MirrorOf mirror;
};

BOOST_FIXTURE_TEST_SUITE(mirror, Fixture)

BOOST_AUTO_TEST_CASE(what_was_written_is_there_when_the_wait_ends) {
  for (int i = 0; i < 100; ++i) {
    const std::string uid = "reader" + std::to_string(i);
    const Written added = add(person_dn(uid), person(uid));
    const RecordPtr record = view().by_id(added.id);
    BOOST_REQUIRE(record);
    BOOST_TEST(record->first(Attr::kMail) == uid + "@example.org");
    BOOST_TEST(record->csn() == added.csn);
    const Written changed =
        modify(person_dn(uid), {{Change::Op::kReplace, "mail", {"new@" + uid}}});
    BOOST_TEST(view().by_id(added.id)->first(Attr::kMail) == "new@" + uid);
    BOOST_TEST(changed.csn > added.csn);
    BOOST_REQUIRE(writer.remove(person_dn(uid)));
    BOOST_REQUIRE(mirror->wait_for_absence(added.id, 5s));
    BOOST_TEST(!view().by_id(added.id));
  }
}

BOOST_AUTO_TEST_CASE(a_later_change_of_the_entry_ends_the_wait_too) {
  const Written first = add(person_dn("later"), person("later"));
  modify(person_dn("later"), {{Change::Op::kReplace, "sn", {"Second"}}});
  BOOST_TEST(mirror->wait_for(first.id, first.csn, 0ms));
  BOOST_REQUIRE(writer.remove(person_dn("later")));
  BOOST_REQUIRE(mirror->wait_for_absence(first.id, 5s));
  BOOST_TEST(mirror->wait_for(first.id, first.csn, 0ms));
}

BOOST_AUTO_TEST_CASE(a_wait_for_what_never_comes_ends_at_its_deadline) {
  const auto begin = Clock::now();
  BOOST_TEST(!mirror->wait_for(EntryUuid::random(), "2", 100ms));
  BOOST_TEST((Clock::now() - begin >= 100ms));
  const Written added = add(person_dn("still"), person("still"));
  BOOST_TEST(!mirror->wait_for(added.id, "9", 10ms));
  BOOST_TEST(!mirror->wait_for_absence(added.id, 10ms));
}

BOOST_AUTO_TEST_CASE(an_index_follows_its_attribute) {
  const Written added = add(person_dn("Émile Zola"), {{"objectClass", {"inetOrgPerson"}},
                                                      {"uid", {"Émile Zola"}},
                                                      {"cn", {"Émile Zola"}},
                                                      {"sn", {"Zola"}},
                                                      {"mail", {"emile@example.org"}}});
  BOOST_REQUIRE(view().find_one(Attr::kUid, "éMILE zola", Kind::kPerson));
  modify(person_dn("Émile Zola"),
         {{Change::Op::kReplace, "mail", {"A@example.org", "b@example.org"}}});
  BOOST_TEST(view().find(Attr::kMail, "emile@example.org").empty());
  BOOST_TEST((view().find(Attr::kMail, "a@EXAMPLE.org").at(0)->id() == added.id));
  BOOST_TEST(view().find(Attr::kMail, "b@example.org").size() == 1U);
  modify(person_dn("Émile Zola"), {{Change::Op::kDelete, "mail", {"A@example.org"}}});
  BOOST_TEST(view().find(Attr::kMail, "a@example.org").empty());
  BOOST_TEST(!view().find_one(Attr::kMail, "b@example.org", Kind::kGroup));
  BOOST_CHECK_THROW(view().find(Attr::kSn, "Test"), std::logic_error);
}

BOOST_AUTO_TEST_CASE(links_are_seen_from_both_ends_and_the_steward_from_none) {
  const Written ada = add(person_dn("ada"), person("ada"));
  const Written made =
      add(group_dn("readers"), group("readers", {"UID=Ada," + site().people.str()}));
  {
    const auto now = view();
    const RecordPtr readers = now.by_id(made.id);
    const NodeId member = now.by_id(ada.id)->node();
    BOOST_TEST((now.targets(readers->node(), Link::kMember) == std::vector<NodeId>{member}));
    BOOST_TEST((now.sources(member, Link::kMember) == std::vector<NodeId>{readers->node()}));
    BOOST_TEST(now.linked(readers->node(), Link::kMember, member));
    BOOST_TEST(!now.linked(readers->node(), Link::kOwner, member));
    BOOST_TEST(now.has_steward(readers->node()));
    const RecordPtr steward = now.by_dn(site().steward.str());
    BOOST_REQUIRE(steward);
    BOOST_TEST(now.sources(steward->node(), Link::kMember).empty());
  }
  modify(group_dn("readers"), {{Change::Op::kDelete, "member", {site().steward.str()}}});
  BOOST_TEST(!view().has_steward(view().by_id(made.id)->node()));
}

BOOST_AUTO_TEST_CASE(an_entry_deleted_and_made_again_is_another_one_of_the_same_name) {
  const Written first = add(person_dn("twice"), person("twice"));
  add(person_dn("other"), person("other"));
  const Written held = add(group_dn("holders"), group("holders", {person_dn("twice").str()}));
  BOOST_REQUIRE(writer.remove(person_dn("twice")));
  const Written second = add(person_dn("twice"), person("twice"));
  const auto now = view();
  BOOST_TEST(!now.by_id(first.id));
  BOOST_TEST((now.by_dn(person_dn("twice").str())->id() == second.id));
  BOOST_TEST(now.find(Attr::kUid, "twice").size() == 1U);
  BOOST_REQUIRE_EQUAL(now.all(Kind::kPerson).size(), 2U);
  BOOST_TEST((now.at(now.all(Kind::kPerson)[1])->id() == second.id));
  BOOST_TEST((now.by_id(held.id)->kind() == Kind::kGroup));
}

// refint changes groups without a word to anybody who follows the directory.
BOOST_AUTO_TEST_CASE(what_refint_does_in_silence_is_found_out) {
  const Written ada = add(person_dn("ada"), person("ada"));
  const Written bob = add(person_dn("bob"), person("bob"));
  const Written made =
      add(group_dn("both"), group("both", {person_dn("ada").str(), person_dn("bob").str()}));
  const auto members = [&] {
    const auto now = view();
    return now.targets(now.by_id(made.id)->node(), Link::kMember).size();
  };
  const auto holds = [&](const Written& who) {
    const auto now = view();
    const RecordPtr record = now.by_id(who.id);
    return record && now.linked(now.by_id(made.id)->node(), Link::kMember, record->node());
  };
  BOOST_TEST(members() == 2U);
  BOOST_REQUIRE(writer.remove(person_dn("ada")));
  BOOST_TEST(MirrorOf::eventually([&] { return members() == 1; }));
  const Written again = add(person_dn("ada"), person("ada"));
  BOOST_TEST(!holds(again));
  BOOST_REQUIRE_EQUAL(ldap_rename_s(writer.native(), person_dn("bob").str().c_str(), "uid=robert",
                                    nullptr, 1, nullptr, nullptr),
                      LDAP_SUCCESS);
  BOOST_TEST(MirrorOf::eventually([&] { return holds(bob) && members() == 1; }));
}

BOOST_AUTO_TEST_CASE(a_thread_may_take_a_view_while_it_holds_one_and_a_writer_waits) {
  std::atomic<bool> finished{false};
  std::thread reader([&] {
    while (!finished) {
      const auto outer = mirror->view();
      const auto inner = mirror->view();
      if (outer && inner) (void)inner->all(Kind::kPerson);
    }
  });
  for (int i = 0; i < 50; ++i)
    add(person_dn("nested" + std::to_string(i)), person("nested" + std::to_string(i)));
  finished = true;
  reader.join();
  BOOST_TEST(view().all(Kind::kPerson).size() == 50U);
}

BOOST_AUTO_TEST_CASE(nobody_waits_for_a_change_that_the_view_in_hand_keeps_out) {
  const Written known = add(person_dn("known"), person("known"));
  {
    const auto now = view();
    BOOST_TEST(mirror->wait_for(known.id, known.csn, 5s));
    BOOST_CHECK_THROW((void)mirror->wait_for(EntryUuid::random(), "2", 5s), std::logic_error);
  }
  BOOST_TEST(!mirror->wait_for(EntryUuid::random(), "2", 1ms));
}

BOOST_AUTO_TEST_CASE(changes_are_counted_and_told) {
  MirrorOf told(directory());
  std::atomic<int> calls{0};
  told->on_change([&] { ++calls; });
  told.loaded();
  const auto before = told->changes();
  const Written added = add(person_dn("counted"), person("counted"));
  BOOST_REQUIRE(told->wait_for(added.id, added.csn, 5s));
  BOOST_TEST(told->changes() > before);
  BOOST_TEST(MirrorOf::eventually([&] { return calls >= 2; }));
  BOOST_TEST(told.log().find("mirror.loaded") != std::string::npos);
  BOOST_TEST(told.metrics().find("habilitd_mirror_reloads_total") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(readers_and_the_feeding_thread_do_not_disturb_each_other) {
  std::atomic<bool> finished{false};
  std::vector<std::thread> readers;
  std::atomic<long> seen{0};
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      while (!finished) {
        const auto now = mirror->view();
        if (!now) continue;
        for (const NodeId node : now->all(Kind::kPerson)) {
          seen += static_cast<long>(now->at(node)->values(Attr::kMail).size() +
                                    now->sources(node, Link::kMember).size());
        }
        seen += static_cast<long>(now->find(Attr::kCn, "crowd").size());
      }
    });
  }
  add(group_dn("crowd"), group("crowd", {}));
  for (int i = 0; i < 150; ++i) {
    const std::string uid = "crowd" + std::to_string(i);
    add(person_dn(uid), person(uid));
    modify(group_dn("crowd"), {{Change::Op::kAdd, "member", {person_dn(uid).str()}}});
  }
  finished = true;
  for (std::thread& reader : readers) reader.join();
  BOOST_TEST(seen > 0);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(mirror_out_of_touch)

BOOST_AUTO_TEST_CASE(before_the_first_load_there_is_no_view) {
  tests::Slapd slapd;
  slapd.stop();
  MirrorOf mirror(slapd, 50ms);
  BOOST_TEST(mirror.refusal() == "mirror-loading");
  mirror->start();
  std::this_thread::sleep_for(200ms);
  BOOST_TEST(mirror.refusal() == "mirror-loading");
  BOOST_TEST(!mirror->loaded());
  slapd.start();
  BOOST_TEST(MirrorOf::eventually([&] { return mirror.refusal().empty(); }));
}

BOOST_AUTO_TEST_CASE(a_stopped_directory_is_noticed_and_found_again) {
  tests::Slapd slapd;
  MirrorOf mirror(slapd, 50ms, 400ms);
  mirror.loaded();
  std::this_thread::sleep_for(800ms);
  BOOST_TEST(mirror.refusal() == "");  // nobody writes, and yet it is fresh
  slapd.pause();
  std::this_thread::sleep_for(200ms);
  BOOST_TEST(mirror.refusal() == "");
  BOOST_TEST(MirrorOf::eventually([&] { return mirror.refusal() == "mirror-stale"; }, 2s));
  BOOST_TEST((mirror->age() >= 400ms));
  slapd.resume();
  BOOST_TEST(MirrorOf::eventually([&] { return mirror.refusal().empty(); }, 2s));
  BOOST_TEST(mirror.log().find("mirror.lost") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_directory_that_stays_silent_is_asked_anew) {
  tests::Slapd slapd;
  MirrorOf mirror(slapd, 50ms, 200ms);
  mirror.loaded();
  slapd.pause();
  BOOST_TEST(MirrorOf::eventually(
      [&] { return mirror.log().find("directory-silent") != std::string::npos; }));
  slapd.resume();
  BOOST_TEST(MirrorOf::eventually([&] { return mirror.refusal().empty(); }));
}

BOOST_AUTO_TEST_CASE(after_a_restart_all_is_loaded_afresh) {
  tests::Slapd slapd;
  MirrorOf mirror(slapd, 50ms);
  mirror.loaded();
  slapd.stop();
  BOOST_TEST(
      MirrorOf::eventually([&] { return mirror.log().find("mirror.lost") != std::string::npos; }));
  BOOST_TEST(mirror.refusal() == "");  // reads go on for max_age
  slapd.start();
  auto writer = slapd.connect(slapd.admin());
  const auto written =
      writer.add(Dn::child("uid", "after", slapd.layout().people), person("after"));
  BOOST_REQUIRE(written);
  BOOST_TEST(mirror->wait_for(written->id, written->csn, 10s));
  BOOST_TEST(mirror.refusal() == "");
}

BOOST_AUTO_TEST_CASE(it_ends_at_once_whatever_it_waits_for) {
  tests::Slapd slapd;
  const auto ends_quickly = [](MirrorOf& mirror) {
    const auto begin = Clock::now();
    mirror->stop();
    return Clock::now() - begin < 500ms;
  };
  MirrorOf idle(slapd);
  idle.loaded();
  BOOST_TEST(ends_quickly(idle));
  slapd.pause();
  MirrorOf connecting(slapd);
  connecting->start();
  std::this_thread::sleep_for(100ms);
  BOOST_TEST(ends_quickly(connecting));
  slapd.resume();
  slapd.stop();
  MirrorOf pausing(slapd, 60s);
  pausing->start();
  std::this_thread::sleep_for(100ms);
  BOOST_TEST(ends_quickly(pausing));
}

BOOST_AUTO_TEST_CASE(a_reader_who_may_see_nothing_gets_no_empty_mirror) {
  tests::Slapd slapd;
  const int null = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  Log log(null);
  Metrics metrics;
  Mirror mirror({slapd.endpoint(), slapd.passwords(), 5s, 50ms}, slapd.layout(), log, metrics);
  mirror.start();
  std::this_thread::sleep_for(500ms);
  BOOST_TEST(!mirror.loaded());
  mirror.stop();
  ::close(null);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace habilitd::ldap
