// After thousands of random operations by several writers, who tell the mirror of some themselves,
// and a restart in the middle, the mirror holds exactly what the directory holds.
#include <ldap.h>

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <optional>
#include <random>

#include "tests/ldap/mirror_check.h"
#include "tests/ldap/mirror_fixture.h"

namespace habilitd::ldap {
namespace {

using namespace std::chrono_literals;

constexpr int kThreads = 4;
constexpr int kOperations = 10'000;

// One thread's random writes. Names are few, so that the threads get in each other's way; refusals
// are part of the game.
class Writer {
 public:
  Writer(tests::Slapd& slapd, Mirror& mirror, unsigned seed)
      : slapd_(slapd), mirror_(mirror), random_(seed) {}

  void step() {
    if (!connection_ || connection_->broken()) reconnect();
    if (!connection_) return;
    const int dice = pick(100);
    if (dice < 30) {
      answer(connection_->add(person(), person_attributes()));
    } else if (dice < 40) {
      answer(connection_->add(group(), group_attributes()));
    } else if (dice < 60) {
      change_members();
    } else if (dice < 75) {
      change_person();
    } else if (dice < 87) {
      answer(connection_->remove(pick(4) == 0 ? group() : person()));
    } else {
      rename();
    }
  }
  int done() const { return done_; }
  int told() const { return told_; }

 private:
  int pick(int below) { return static_cast<int>(random_() % static_cast<unsigned>(below)); }
  std::string number(int below) { return std::to_string(pick(below)); }

  void reconnect() {
    connection_.reset();
    try {
      connection_.emplace(slapd_.connect(slapd_.admin()));
    } catch (const std::runtime_error&) {
      std::this_thread::sleep_for(20ms);
    }
  }
  template <class T>
  void answer(const Result<T>& result) {
    if (result) ++done_;
  }

  Dn place() {
    const Dn& people = slapd_.layout().people;
    const int where = pick(6);
    return where < 2 ? Dn::child("ou", "team" + std::to_string(where), people) : people;
  }
  Dn person() {
    static const char* const kNames[] = {"ann", "Zoé ", "a,b+c", "#x", "Œil", "two  words"};
    return Dn::child("cn", kNames[pick(6)] + number(15), place());
  }
  Dn group() { return Dn::child("cn", "group" + number(15), slapd_.layout().groups); }

  Attributes person_attributes() {
    return {{"objectClass", {"inetOrgPerson", "habPerson"}},
            {"sn", {"Name" + number(50)}},
            {"mail", {number(30) + "@example.org", number(30) + "@Example.ORG"}},
            {"habExternalId", {pick(2) == 0 ? "ext" : "EXT"}},
            {"manager", {person().str()}}};
  }
  Attributes group_attributes() {
    std::vector<std::string> members{slapd_.layout().steward.str()};
    for (int i = pick(5); i > 0; --i) members.push_back(person().str());
    return {{"objectClass", {"groupOfNames", "habGroup"}},
            {"member", members},
            {"owner", {person().str()}},
            {"seeAlso", {group().str()}}};
  }

  void change_members() {
    const bool adds = pick(2) == 0;
    const std::vector<std::string> names{person().str()};
    WriteOptions options;
    options.tell_csn_before = true;
    const auto written = connection_->modify(
        group(), {{adds ? Change::Op::kAdd : Change::Op::kDelete, "member", names}}, options);
    answer(written);
    if (!written || pick(3) == 0) return;
    const LinkNames change{adds ? names : std::vector<std::string>(),
                           adds ? std::vector<std::string>() : names};
    if (mirror_.advance({written->id, written->csn_before, written->csn, Link::kMember, change})) {
      ++told_;
    }
  }
  void change_person() {
    std::vector<Change> changes{{Change::Op::kReplace, "description", {"now " + number(1000)}}};
    if (pick(2) == 0) changes.push_back({Change::Op::kReplace, "mail", {number(30) + "@new.org"}});
    if (pick(3) == 0) changes.push_back({Change::Op::kReplace, "manager", {person().str()}});
    if (pick(5) == 0) changes.push_back({Change::Op::kDelete, "habExternalId", {}});
    answer(connection_->modify(person(), changes));
  }

  // A person, a group, or a team with everybody in it.
  void rename() {
    Dn from = pick(4) == 0 ? group() : person();
    std::string rdn = from.str().starts_with("cn=group") ? group().rdn() : person().rdn();
    Dn above = from.str().starts_with("cn=group") ? slapd_.layout().groups : place();
    if (pick(10) == 0) {
      from = Dn::child("ou", "team" + number(2), slapd_.layout().people);
      rdn = "ou=team" + number(2);
      above = slapd_.layout().people;
    }
    const int code = ldap_rename_s(connection_->native(), from.str().c_str(), rdn.c_str(),
                                   above.str().c_str(), pick(2), nullptr, nullptr);
    if (code == LDAP_SUCCESS) ++done_;
    if (code < 0) connection_.reset();
  }

  tests::Slapd& slapd_;
  Mirror& mirror_;
  std::mt19937 random_;
  std::optional<Connection> connection_;
  int done_ = 0, told_ = 0;
};

std::vector<Entry> content_of(const tests::Slapd& slapd) {
  auto reader = slapd.connect(slapd.reader());
  auto found = reader.search(slapd.layout().suffix, Scope::kSubtree, Filter::any_entry(),
                             {"*", "entryUUID", "entryCSN", "createTimestamp", "modifyTimestamp",
                              "pwdReset", "pwdAccountLockedTime", "pwdChangedTime"});
  BOOST_REQUIRE(found);
  return *std::move(found);
}

// Compares until they agree: the last changes may still be on their way, and refint may be far
// behind.
std::string difference(MirrorOf& mirror, const tests::Slapd& slapd) {
  std::string found = "not compared";
  MirrorOf::eventually(
      [&] {
        const auto directory = content_of(slapd);
        const auto view = mirror->view();
        found =
            view ? mirror_check::difference(*view, directory, slapd.layout()) : view.error().reason;
        return found.empty();
      },
      50s);
  return found;
}

BOOST_AUTO_TEST_SUITE(mirror_equality)

BOOST_AUTO_TEST_CASE(random_writes_of_many_threads_leave_mirror_and_directory_equal) {
  tests::Slapd slapd;
  // Nothing here is about surviving a power cut, and syncing costs most of a write.
  slapd.configure(
      "dn: olcDatabase={1}mdb,cn=config\nchangetype: modify\nreplace: olcDbNoSync\n"
      "olcDbNoSync: TRUE\n");
  auto admin = slapd.connect(slapd.admin());
  for (const char* team : {"team0", "team1"}) {
    BOOST_REQUIRE(admin.add(Dn::child("ou", team, slapd.layout().people),
                            {{"objectClass", {"organizationalUnit"}}, {"ou", {team}}}));
  }
  MirrorOf mirror(slapd, 100ms);
  mirror.loaded();
  std::atomic<int> turns{0};
  std::atomic<int> done{0}, told{0};
  std::vector<std::thread> threads;
  for (unsigned seed = 0; seed < kThreads; ++seed) {
    threads.emplace_back([&, seed] {
      Writer writer(slapd, *mirror, seed);
      while (++turns <= kOperations) writer.step();
      done += writer.done();
      told += writer.told();
    });
  }
  MirrorOf::eventually([&] { return turns > kOperations / 2; }, 120s);
  const auto half = content_of(slapd).size();
  slapd.restart();
  for (std::thread& thread : threads) thread.join();
  BOOST_TEST_MESSAGE(done << " of " << kOperations << " operations were accepted, " << half
                          << " entries at half-time");
  BOOST_TEST(done > kOperations / 5);
  BOOST_TEST_MESSAGE(told << " changes of members were in the mirror before their message");
  BOOST_TEST(told > 0);
  BOOST_TEST(difference(mirror, slapd) == "");
  // A mirror that loads what the other one followed.
  MirrorOf fresh(slapd, 100ms);
  fresh.loaded();
  BOOST_TEST(difference(fresh, slapd) == "");
  BOOST_TEST(fresh.metrics().find("habilitd_mirror_reloads_total 1") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace habilitd::ldap
