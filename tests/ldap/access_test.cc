// Who may do what: every identity tries what it needs and what must be refused.
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <ostream>
#include <string>
#include <thread>
#include <vector>

#include "ldap/connection.h"
#include "tests/ldap/sample_tree.h"
#include "tests/support/slapd.h"

namespace habilitd::ldap {
namespace {

namespace data = boost::unit_test::data;
using tests::Slapd;

enum class Op { kRead, kAddValue, kRemoveValues, kReplace, kCreate, kDelete, kSetPassword };
enum class Who { kReader, kProvisioning, kDecisions, kPasswords, kSelf, kAnonymous };

struct Row {
  Who who;
  Op op;
  std::string entry;      // below the suffix
  std::string attribute;  // or the object class of a new entry
  bool allowed;
  std::string value = "x";
};

const char* word(Who who) {
  static constexpr const char* kWords[] = {"reader",    "provisioning", "decisions",
                                           "passwords", "self",         "anonymous"};
  return kWords[static_cast<int>(who)];
}
const char* word(Op op) {
  static constexpr const char* kWords[] = {"reads",   "adds to", "removes",      "replaces",
                                           "creates", "deletes", "sets password"};
  return kWords[static_cast<int>(op)];
}
std::ostream& operator<<(std::ostream& out, const Row& row) {
  return out << word(row.who) << (row.allowed ? " " : " never ") << word(row.op) << " "
             << row.attribute << " of " << row.entry;
}

const std::string kPerson = "habKey=person,ou=people";
const std::string kBoss = "habKey=boss,ou=people";
const std::string kStructure = "cn=73282932000074,ou=structures";
const std::string kHabilitation = "cn=soffi.consultation.73282932000074,ou=habilitations";
const std::string kGroup = "cn=pushed,ou=groups";
const std::string kApplication = "cn=soffi,ou=applications";
const std::string kRequest = "habKey=request,ou=requests";
const std::string kSession = "habHash=00,ou=sessions";
const std::string kToken = "habHash=00,ou=tokens";
const std::string kMail = "habKey=mail,ou=outbox";
const std::string kReaderEntry = "cn=habilitd-reader,ou=services";
const std::string kPrivileged = "cn=privileged,ou=services";
const std::string kMember = "habKey=person,ou=people,dc=example,dc=org";

const std::vector<Row> kReaderRows{
    {Who::kReader, Op::kRead, kPerson, "mail", true},
    {Who::kReader, Op::kRead, kPerson, "userPassword", false},
    {Who::kReader, Op::kRead, kPerson, "pwdHistory", false},
    {Who::kReader, Op::kRead, kReaderEntry, "cn", true},
    {Who::kReader, Op::kRead, "cn=habilitd-decoy,ou=services", "userPassword", false},
    {Who::kReader, Op::kRead, kRequest, "habState", true},
    {Who::kReader, Op::kRead, kSession, "habHash", true},
    {Who::kReader, Op::kRead, kToken, "habHash", true},
    {Who::kReader, Op::kRead, kMail, "habState", true},
    {Who::kReader, Op::kRead, kHabilitation, "member", true},
    {Who::kReader, Op::kReplace, kPerson, "title", false},
    {Who::kReader, Op::kAddValue, kHabilitation, "member", false, kMember},
    {Who::kReader, Op::kReplace, kRequest, "habState", false},
    {Who::kReader, Op::kDelete, kSession, "", false},
    {Who::kReader, Op::kCreate, "habHash=01,ou=sessions", "habSession", false},
    {Who::kReader, Op::kSetPassword, kPerson, "", false},
    {Who::kReader, Op::kSetPassword, kReaderEntry, "", false},
};

const std::vector<Row> kProvisioningRows{
    {Who::kProvisioning, Op::kRead, kPerson, "mail", true},
    {Who::kProvisioning, Op::kRead, kPerson, "userPassword", false},
    {Who::kProvisioning, Op::kReplace, kPerson, "title", true},
    {Who::kProvisioning, Op::kReplace, kPerson, "mail", true},
    {Who::kProvisioning, Op::kSetPassword, kPerson, "", true},
    {Who::kProvisioning, Op::kDelete, kPerson, "", true},
    {Who::kProvisioning, Op::kCreate, "habKey=new,ou=people", "inetOrgPerson", true},
    {Who::kProvisioning, Op::kAddValue, kPerson, "habilitation", false, "soffi:gestion:1"},
    {Who::kProvisioning, Op::kRead, kBoss, "mail", true},
    {Who::kProvisioning, Op::kReplace, kBoss, "mail", false},
    {Who::kProvisioning, Op::kSetPassword, kBoss, "", false},
    {Who::kProvisioning, Op::kDelete, kBoss, "", false},
    {Who::kProvisioning, Op::kAddValue, kStructure, "member", true, kMember},
    {Who::kProvisioning, Op::kReplace, kStructure, "o", true},
    {Who::kProvisioning, Op::kCreate, "cn=35600000009075,ou=structures", "groupOfNames", true},
    {Who::kProvisioning, Op::kDelete, kStructure, "", true},
    {Who::kProvisioning, Op::kAddValue, kHabilitation, "member", false, kMember},
    {Who::kProvisioning, Op::kDelete, kHabilitation, "", false},
    {Who::kProvisioning, Op::kCreate, "cn=x,ou=habilitations", "groupOfNames", false},
    {Who::kProvisioning, Op::kAddValue, kGroup, "member", true, kMember},
    {Who::kProvisioning, Op::kCreate, "cn=other,ou=groups", "groupOfNames", true},
    {Who::kProvisioning, Op::kDelete, kGroup, "", true},
    {Who::kProvisioning, Op::kReplace, kApplication, "habPolicy", false},
    {Who::kProvisioning, Op::kReplace, kRequest, "habState", false},
    {Who::kProvisioning, Op::kDelete, kRequest, "", false},
    {Who::kProvisioning, Op::kDelete, kSession, "", true},
    {Who::kProvisioning, Op::kCreate, "habHash=01,ou=sessions", "habSession", false},
    {Who::kProvisioning, Op::kCreate, "habHash=01,ou=tokens", "habToken", false},
    {Who::kProvisioning, Op::kCreate, "habKey=e2,ou=events", "habEvent", false},
    {Who::kProvisioning, Op::kCreate, "cn=spy,ou=services", "applicationProcess", false},
    {Who::kProvisioning, Op::kSetPassword, kReaderEntry, "", false},
    {Who::kProvisioning, Op::kAddValue, kPrivileged, "member", false, kMember},
    {Who::kProvisioning, Op::kDelete, "cn=habilitd,ou=services", "", false},
};

const std::vector<Row> kDecisionsRows{
    {Who::kDecisions, Op::kCreate, "habKey=r2,ou=requests", "habRequest", true},
    {Who::kDecisions, Op::kReplace, kRequest, "habState", true},
    {Who::kDecisions, Op::kAddValue, kRequest, "habRecord", true, R"({"event":"voted"})"},
    {Who::kDecisions, Op::kRemoveValues, kRequest, "habRecord", false},
    {Who::kDecisions, Op::kReplace, kRequest, "habRecord", false},
    {Who::kDecisions, Op::kDelete, kRequest, "", false},
    {Who::kDecisions, Op::kAddValue, kHabilitation, "member", true, kMember},
    {Who::kDecisions, Op::kReplace, kHabilitation, "habRole", false},
    {Who::kDecisions, Op::kDelete, kHabilitation, "", false},
    {Who::kDecisions, Op::kCreate, "cn=y,ou=habilitations", "groupOfNames", true},
    {Who::kDecisions, Op::kAddValue, kStructure, "member", true, kMember},
    {Who::kDecisions, Op::kAddValue, kStructure, "owner", true, kMember},
    {Who::kDecisions, Op::kReplace, kStructure, "o", false},
    {Who::kDecisions, Op::kDelete, kStructure, "", false},
    {Who::kDecisions, Op::kAddValue, kPerson, "habilitation", true, "soffi:consultation:1"},
    {Who::kDecisions, Op::kAddValue, kBoss, "habilitation", true, "soffi:consultation:1"},
    {Who::kDecisions, Op::kReplace, kPerson, "mail", false},
    {Who::kDecisions, Op::kSetPassword, kPerson, "", false},
    {Who::kDecisions, Op::kRead, kPerson, "userPassword", false},
    {Who::kDecisions, Op::kDelete, kPerson, "", false},
    {Who::kDecisions, Op::kCreate, "habKey=new,ou=people", "inetOrgPerson", false},
    {Who::kDecisions, Op::kAddValue, kGroup, "member", false, kMember},
    {Who::kDecisions, Op::kReplace, kApplication, "habPolicy", false},
    {Who::kDecisions, Op::kCreate, "habHash=01,ou=sessions", "habSession", true},
    {Who::kDecisions, Op::kDelete, kSession, "", true},
    {Who::kDecisions, Op::kCreate, "habHash=01,ou=tokens", "habToken", true},
    {Who::kDecisions, Op::kDelete, kToken, "", true},
    {Who::kDecisions, Op::kCreate, "habKey=m2,ou=outbox", "habOutboxEntry", true},
    {Who::kDecisions, Op::kDelete, kMail, "", true},
    {Who::kDecisions, Op::kCreate, "habKey=e2,ou=events", "habEvent", true},
    {Who::kDecisions, Op::kDelete, "habKey=event,ou=events", "", true},
    {Who::kDecisions, Op::kAddValue, kPrivileged, "member", false, kMember},
};

const std::vector<Row> kOtherRows{
    {Who::kPasswords, Op::kSetPassword, kPerson, "", true},
    {Who::kPasswords, Op::kSetPassword, kBoss, "", false},
    {Who::kPasswords, Op::kSetPassword, kReaderEntry, "", false},
    {Who::kPasswords, Op::kRead, kPerson, "userPassword", false},
    {Who::kPasswords, Op::kRead, kPerson, "mail", false},
    {Who::kPasswords, Op::kReplace, kPerson, "mail", false},
    {Who::kPasswords, Op::kDelete, kPerson, "", false},
    {Who::kPasswords, Op::kReplace, kRequest, "habState", false},
    {Who::kPasswords, Op::kDelete, kSession, "", false},
    {Who::kSelf, Op::kRead, kPerson, "mail", true},
    {Who::kSelf, Op::kRead, kPerson, "userPassword", false},
    {Who::kSelf, Op::kSetPassword, kPerson, "", true},
    {Who::kSelf, Op::kReplace, kPerson, "mail", false},
    {Who::kSelf, Op::kAddValue, kPerson, "habilitation", false, "soffi:gestion:1"},
    {Who::kSelf, Op::kReplace, kPerson, "habActive", false, "TRUE"},
    {Who::kSelf, Op::kRead, kBoss, "mail", false},
    {Who::kSelf, Op::kRead, kHabilitation, "member", false},
    {Who::kSelf, Op::kRead, kRequest, "habState", false},
    {Who::kSelf, Op::kAddValue, kHabilitation, "member", false, kMember},
    {Who::kAnonymous, Op::kRead, kPerson, "mail", false},
    {Who::kAnonymous, Op::kRead, kReaderEntry, "cn", false},
    {Who::kAnonymous, Op::kSetPassword, kPerson, "", false},
    {Who::kAnonymous, Op::kCreate, "habHash=01,ou=sessions", "habSession", false},
};

Dn name_of(const std::string& entry) { return *Dn::parse(entry + ",dc=example,dc=org"); }

Connection connect(Who who) {
  Slapd& slapd = Slapd::shared();
  switch (who) {
    case Who::kReader:
      return slapd.connect(slapd.reader());
    case Who::kProvisioning:
      return slapd.connect(slapd.provisioning());
    case Who::kDecisions:
      return slapd.connect(slapd.decisions());
    case Who::kPasswords:
      return slapd.connect(slapd.passwords());
    case Who::kSelf:
      return slapd.connect({name_of(kPerson), Secret("correct horse battery")});
    case Who::kAnonymous:
      break;
  }
  return *Connection::open(slapd.endpoint());
}

Attributes new_entry(const std::string& entry, const std::string& object_class) {
  const auto equals = entry.find('=');
  const std::string naming = entry.substr(0, equals);
  const std::string value = entry.substr(equals + 1, entry.find(',') - equals - 1);
  Attributes attributes{{"objectClass", {object_class}}, {naming, {value}}};
  if (object_class == "inetOrgPerson") {
    attributes.front().values.emplace_back("habPerson");
    attributes.push_back({"cn", {"New"}});
    attributes.push_back({"sn", {"New"}});
  }
  if (object_class == "groupOfNames") {
    attributes.push_back({"member", {"cn=habilitd,ou=services,dc=example,dc=org"}});
  }
  if (object_class == "habRequest") attributes.push_back({"habState", {"pending"}});
  return attributes;
}

Status modify(Connection& connection, const Row& row, Change::Op op,
              std::vector<std::string> values) {
  const Change change{op, *AttrName::parse(row.attribute), std::move(values)};
  auto result = connection.modify(name_of(row.entry), {change});
  // The change was made; that its author may not read the entry is no refusal.
  if (result || result.error().code == Errc::kUnknownOutcome) return done();
  return result.error();
}

Status read(Connection& connection, const Row& row) {
  auto found = connection.read(name_of(row.entry), {row.attribute});
  if (!found) return found.error();
  if (found->find(row.attribute) == nullptr) return Error{Errc::kForbidden, "hidden", {}, 50};
  return done();
}

Status attempt(Connection& connection, const Row& row) {
  switch (row.op) {
    case Op::kRead:
      return read(connection, row);
    case Op::kAddValue:
      return modify(connection, row, Change::Op::kAdd, {row.value});
    case Op::kRemoveValues:
      return modify(connection, row, Change::Op::kDelete, {});
    case Op::kReplace:
      return modify(connection, row, Change::Op::kReplace, {row.value});
    case Op::kDelete:
      return connection.remove(name_of(row.entry));
    case Op::kSetPassword:
      return connection.change_password(name_of(row.entry), nullptr,
                                        Secret("a new and long password"));
    case Op::kCreate:
      break;
  }
  auto added = connection.add(name_of(row.entry), new_entry(row.entry, row.attribute));
  if (!added) return added.error();
  return done();
}

// Loads the sample anew only when the last row changed something.
struct Sample {
  Sample() {
    Slapd& slapd = Slapd::shared();
    if (!changed) return;
    slapd.clear();
    wait_until_boss_left();
    slapd.load(tests::kSampleTree);
    slapd.load(tests::kMakeBossPrivileged);
    changed = false;
  }
  // refint takes a deleted entry out of groups in the background; it must not hit the new one.
  static void wait_until_boss_left() {
    auto connection = connect(Who::kReader);
    for (int i = 0; i < 1000; ++i) {
      const auto group = connection.read(name_of(kPrivileged), {"member"});
      if (group && group->find("member")->size() == 1) return;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    BOOST_FAIL("the boss stays privileged");
  }
  static inline bool changed = true;
};

void check(const Row& row) {
  const Sample sample;
  auto connection = connect(row.who);
  const Status result = attempt(connection, row);
  if (result && row.op != Op::kRead) Sample::changed = true;
  BOOST_TEST(result.ok() == row.allowed, row << ": " << (result ? "done" : result.error().detail));
  if (!result) {
    const int code = result.error().directory_code;
    // 50: insufficient access; 32: not even its existence is told; 8: anonymous.
    BOOST_TEST((code == 50 || code == 32 || code == 8), result.error().detail);
  }
}

// Other suites share the directory.
struct Forget {
  Forget() { Sample::changed = true; }
};

BOOST_AUTO_TEST_SUITE(access, *boost::unit_test::fixture<Forget>())

BOOST_DATA_TEST_CASE(the_reader_reads_everything_but_passwords, data::make(kReaderRows), row) {
  check(row);
}
BOOST_DATA_TEST_CASE(provisioning_writes_people_structures_and_groups,
                     data::make(kProvisioningRows), row) {
  check(row);
}
BOOST_DATA_TEST_CASE(decisions_never_delete_what_is_a_record, data::make(kDecisionsRows), row) {
  check(row);
}
BOOST_DATA_TEST_CASE(others_may_do_next_to_nothing, data::make(kOtherRows), row) { check(row); }

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace habilitd::ldap
