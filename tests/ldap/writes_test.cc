// What several writers at once, slapd's overlays and its controls promise.
#include <atomic>
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <ostream>
#include <string>
#include <thread>
#include <vector>

#include "ldap/connection.h"
#include "ldap/schema.h"
#include "tests/ldap/sample_tree.h"
#include "tests/support/slapd.h"

namespace habilitd::ldap {
namespace {

namespace data = boost::unit_test::data;
using tests::Slapd;

struct Fresh {
  Fresh() {
    slapd.clear();
    slapd.load(tests::kSampleTree);
  }
  Slapd& slapd = Slapd::shared();
  Dn request = *Dn::parse("habKey=request,ou=requests,dc=example,dc=org");
  Dn person = *Dn::parse("habKey=person,ou=people,dc=example,dc=org");
};

// Each of `count` threads gets its own connection; `use` says whether it succeeded.
template <class Use>
int winners(Slapd& slapd, const Credentials& credentials, int count, Use use) {
  std::vector<Connection> connections;
  for (int i = 0; i < count; ++i) connections.push_back(slapd.connect(credentials));
  std::atomic<bool> go{false};
  std::atomic<int> won{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < count; ++i) {
    threads.emplace_back([&, i] {
      while (!go) std::this_thread::yield();
      if (use(connections[static_cast<std::size_t>(i)], i)) ++won;
    });
  }
  go = true;
  for (std::thread& thread : threads) thread.join();
  return won;
}

BOOST_FIXTURE_TEST_SUITE(writes, Fresh)

BOOST_AUTO_TEST_CASE(of_64_deciders_exactly_one_wins) {
  std::atomic<int> losers{0};
  const int won = winners(slapd, slapd.decisions(), 64, [&](Connection& connection, int i) {
    const auto result =
        connection.modify(request, {{Change::Op::kDelete, "habState", {"pending"}},
                                    {Change::Op::kAdd, "habState", {"approved"}},
                                    {Change::Op::kReplace, "habRevision", {std::to_string(i)}}});
    if (!result && result.error().directory_code == code::kNoSuchAttribute) ++losers;
    return result.ok();
  });
  BOOST_TEST(won == 1);
  BOOST_TEST(losers == 63);
}

BOOST_AUTO_TEST_CASE(of_32_writers_with_one_version_exactly_one_wins) {
  auto reader = slapd.connect(slapd.reader());
  const std::string csn = reader.read(person, {"entryCSN"})->first("entryCSN");
  std::atomic<int> stale{0};
  const int won = winners(slapd, slapd.provisioning(), 32, [&](Connection& connection, int i) {
    const auto result =
        connection.modify(person, {{Change::Op::kReplace, "title", {std::to_string(i)}}},
                          {Filter::equals("entryCSN", csn)});
    if (!result && result.error().code == Errc::kStale) ++stale;
    return result.ok();
  });
  BOOST_TEST(won == 1);
  BOOST_TEST(stale == 31);
}

BOOST_AUTO_TEST_CASE(of_16_adds_of_one_uid_exactly_one_stays) {
  for (int round = 0; round < 20; ++round) {
    std::atomic<int> refused{0};
    const std::string uid = "twin" + std::to_string(round);
    const int won = winners(slapd, slapd.provisioning(), 16, [&](Connection& connection, int i) {
      const std::string key = uid + "-" + std::to_string(i);
      const auto result = connection.add(Dn::child("habKey", key, slapd.layout().people),
                                         {{"objectClass", {"inetOrgPerson", "habPerson"}},
                                          {"habKey", {key}},
                                          {"uid", {uid}},
                                          {"cn", {key}},
                                          {"sn", {key}}});
      if (!result && result.error().reason == "not-unique") ++refused;
      return result.ok();
    });
    BOOST_TEST(won == 1);
    BOOST_TEST(refused == 15);
  }
}

BOOST_AUTO_TEST_CASE(a_group_name_is_unique_in_the_whole_tree) {
  auto provisioning = slapd.connect(slapd.provisioning());
  const auto result =
      provisioning.add(Dn::child("cn", "SOFFI.consultation.73282932000074", slapd.layout().groups),
                       {{"objectClass", {"groupOfNames", "habGroup"}},
                        {"cn", {"SOFFI.consultation.73282932000074"}},
                        {"member", {slapd.layout().steward.str()}}});
  BOOST_REQUIRE(!result);
  BOOST_TEST((result.error().code == Errc::kConflict));
  BOOST_TEST(result.error().reason == "not-unique");
}

BOOST_AUTO_TEST_CASE(a_slot_is_held_by_one_request) {
  auto decisions = slapd.connect(slapd.decisions());
  const Change take{Change::Op::kAdd, "habSlot", {"p:soffi:consultation:1"}};
  BOOST_TEST(decisions.modify(request, {take}).ok());
  const auto second = decisions.add(Dn::child("habKey", "r2", slapd.layout().requests),
                                    {{"objectClass", {"habRequest"}},
                                     {"habKey", {"r2"}},
                                     {"habState", {"pending"}},
                                     {"habSlot", {"p:soffi:consultation:1"}}});
  BOOST_REQUIRE(!second);
  BOOST_TEST(second.error().reason == "not-unique");
}

BOOST_AUTO_TEST_CASE(a_write_tells_id_and_version) {
  auto provisioning = slapd.connect(slapd.provisioning());
  const auto written = provisioning.modify(person, {{Change::Op::kReplace, "title", {"x"}}});
  BOOST_REQUIRE(written);
  const auto entry = *slapd.connect(slapd.reader()).read(person, {"entryUUID", "entryCSN"});
  BOOST_TEST(written->id.str() == entry.first("entryUUID"));
  BOOST_TEST(written->csn == entry.first("entryCSN"));
}

BOOST_AUTO_TEST_CASE(a_deleted_person_leaves_the_groups) {
  auto provisioning = slapd.connect(slapd.provisioning());
  const Dn group = *Dn::parse("cn=pushed,ou=groups,dc=example,dc=org");
  BOOST_TEST(provisioning.modify(group, {{Change::Op::kAdd, "member", {person.str()}}}).ok());
  BOOST_TEST(provisioning.remove(person).ok());
  std::size_t members = 2;  // refint works in the background
  for (int i = 0; i < 200 && members != 1; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    members = provisioning.read(group, {"member"})->find("member")->size();
  }
  BOOST_TEST(members == 1U);
}

BOOST_AUTO_TEST_CASE(exact_bytes_can_be_taken_away_again) {
  auto decisions = slapd.connect(slapd.decisions());
  const std::string json = R"({"text":"  deux  espaces, é, NUL)" + std::string("\0", 1) + "\"}";
  const Change add{Change::Op::kAdd, "habOutbox", {json}};
  const Change wrong{Change::Op::kDelete, "habOutbox", {R"({"text":" deux espaces"})"}};
  const Change remove{Change::Op::kDelete, "habOutbox", {json}};
  BOOST_TEST(decisions.modify(request, {add}).ok());
  BOOST_TEST(
      *decisions.read(request, {"habOutbox"})->find("habOutbox") == std::vector<std::string>{json},
      boost::test_tools::per_element());
  BOOST_TEST(!decisions.modify(request, {wrong}).ok());
  BOOST_TEST(decisions.modify(request, {remove}).ok());
}

struct Refusal {
  std::string password, reason;
};
std::ostream& operator<<(std::ostream& out, const Refusal& row) { return out << row.reason; }

const std::vector<Refusal> kRefusals{
    {"too short", "password-too-short"},
    {std::string(129, 'x'), "password-too-long"},
    {"correct horse battery", "password-in-history"},
    {"the second password", "password-in-history"},
};

BOOST_DATA_TEST_CASE(a_refused_password_has_a_reason, data::make(kRefusals), row) {
  auto passwords = slapd.connect(slapd.passwords());
  BOOST_REQUIRE(passwords.change_password(person, nullptr, Secret("the second password")));
  const auto refused = passwords.change_password(person, nullptr, Secret(row.password));
  BOOST_REQUIRE(!refused);
  BOOST_TEST((refused.error().code == Errc::kInvalid));
  BOOST_TEST(refused.error().reason == row.reason);
  BOOST_TEST(slapd.connect({person, Secret("the second password")}).who_am_i().ok());
}

BOOST_AUTO_TEST_CASE(a_password_that_is_already_hashed_is_refused) {
  auto provisioning = slapd.connect(slapd.provisioning());
  const Change set{
      Change::Op::kReplace, "userPassword", {"{SSHA}0AlM2bPbs1ypbBJ1BIGFhR4bRVhCkcfc"}};
  const auto result = provisioning.modify(person, {set});
  BOOST_REQUIRE(!result);
  BOOST_TEST((result.error().code == Errc::kInvalid));
}

BOOST_AUTO_TEST_CASE(a_clear_password_in_an_add_is_hashed) {
  auto provisioning = slapd.connect(slapd.provisioning());
  const Dn name = Dn::child("habKey", "new", slapd.layout().people);
  BOOST_REQUIRE(provisioning.add(name, {{"objectClass", {"inetOrgPerson", "habPerson"}},
                                        {"habKey", {"new"}},
                                        {"cn", {"New"}},
                                        {"sn", {"New"}},
                                        {"userPassword", {"a long enough password"}}}));
  const auto stored = slapd.connect(slapd.admin()).read(name, {"userPassword"});
  BOOST_TEST(stored->first("userPassword").starts_with("{ARGON2}$argon2"));
}

BOOST_AUTO_TEST_CASE(a_plain_directory_can_be_taken_over) {
  slapd.load(R"(
dn: uid=old,ou=people,dc=example,dc=org
objectClass: inetOrgPerson
uid: old
cn: Old Timer
sn: Timer
mail: old@example.org
userPassword: an old and long password
)");
  const Dn old = *Dn::parse("uid=old,ou=people,dc=example,dc=org");
  auto provisioning = slapd.connect(slapd.provisioning());
  BOOST_TEST(provisioning
                 .modify(old, {{Change::Op::kAdd, "objectClass", {"habPerson"}},
                               {Change::Op::kReplace, "habActive", {"TRUE"}}})
                 .ok());
  auto decisions = slapd.connect(slapd.decisions());
  BOOST_TEST(
      decisions.modify(old, {{Change::Op::kAdd, "habilitation", {"soffi:consultation:1"}}}).ok());
  BOOST_TEST(slapd.connect({old, Secret("an old and long password")}).who_am_i().ok());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace habilitd::ldap
