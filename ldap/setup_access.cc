#include <optional>
#include <utility>

#include "ldap/errors.h"
#include "ldap/setup_checks.h"

namespace habilitd::ldap {
namespace {

enum class Who { kReader, kProvisioning, kDecisions, kPasswords };

const char* word(Who who) {
  switch (who) {
    case Who::kReader:
      return "reader";
    case Who::kProvisioning:
      return "provisioning";
    case Who::kDecisions:
      return "decisions";
    case Who::kPasswords:
      break;
  }
  return "passwords";
}

constexpr const char* kLoadAccess =
    "load deploy/slapd/acl.ldif: habilitd directory init --part access";

// No entry has this value.
constexpr const char* kNoSuchValue = "habilitd-directory-check-0b8f5d";

// May `who` change `attr` of `entry`? Taking away a value that is not there answers "no such value"
// to those who may, and nothing changes either way.
struct Probe {
  Who who;
  Dn Layout::*entry;
  Attr attr;
  bool may;
};

constexpr Probe kProbes[] = {
    {Who::kReader, &Layout::people, Attr::kDescription, false},
    {Who::kReader, &Layout::structures, Attr::kMember, false},
    {Who::kReader, &Layout::habilitations, Attr::kMember, false},
    {Who::kReader, &Layout::requests, Attr::kHabState, false},
    {Who::kReader, &Layout::sessions, Attr::kHabHash, false},
    {Who::kReader, &Layout::services, Attr::kDescription, false},
    {Who::kProvisioning, &Layout::people, Attr::kDescription, true},
    {Who::kProvisioning, &Layout::structures, Attr::kMember, true},
    {Who::kProvisioning, &Layout::groups, Attr::kMember, true},
    {Who::kProvisioning, &Layout::people, Attr::kHabilitation, false},
    {Who::kProvisioning, &Layout::habilitations, Attr::kMember, false},
    {Who::kProvisioning, &Layout::applications, Attr::kDescription, false},
    {Who::kProvisioning, &Layout::requests, Attr::kHabState, false},
    {Who::kProvisioning, &Layout::tokens, Attr::kHabHash, false},
    {Who::kProvisioning, &Layout::events, Attr::kHabPending, false},
    {Who::kProvisioning, &Layout::services, Attr::kDescription, false},
    {Who::kDecisions, &Layout::habilitations, Attr::kMember, true},
    {Who::kDecisions, &Layout::structures, Attr::kMember, true},
    {Who::kDecisions, &Layout::structures, Attr::kOwner, true},
    {Who::kDecisions, &Layout::people, Attr::kHabilitation, true},
    {Who::kDecisions, &Layout::requests, Attr::kHabState, true},
    {Who::kDecisions, &Layout::sessions, Attr::kHabHash, true},
    {Who::kDecisions, &Layout::tokens, Attr::kHabHash, true},
    {Who::kDecisions, &Layout::outbox, Attr::kHabState, true},
    {Who::kDecisions, &Layout::events, Attr::kHabPending, true},
    {Who::kDecisions, &Layout::requests, Attr::kHabRecord, false},
    {Who::kDecisions, &Layout::people, Attr::kDescription, false},
    {Who::kDecisions, &Layout::people, Attr::kMail, false},
    {Who::kDecisions, &Layout::structures, Attr::kDescription, false},
    {Who::kDecisions, &Layout::groups, Attr::kMember, false},
    {Who::kDecisions, &Layout::services, Attr::kDescription, false},
    {Who::kPasswords, &Layout::people, Attr::kDescription, false},
    {Who::kPasswords, &Layout::requests, Attr::kHabState, false},
    {Who::kPasswords, &Layout::services, Attr::kDescription, false},
};

// The same for userPassword, which the attribute table does not have.
struct PasswordProbe {
  Who who;
  Dn Layout::*entry;
  bool may;
};

constexpr PasswordProbe kPasswordProbes[] = {
    {Who::kPasswords, &Layout::people, true},    {Who::kProvisioning, &Layout::people, true},
    {Who::kReader, &Layout::people, false},      {Who::kDecisions, &Layout::people, false},
    {Who::kPasswords, &Layout::services, false}, {Who::kProvisioning, &Layout::services, false},
    {Who::kReader, &Layout::services, false},    {Who::kDecisions, &Layout::services, false},
};

// nullopt: neither allowed nor refused; something else went wrong.
std::optional<bool> may_take_away(Connection& connection, const Dn& entry, const AttrName& attr,
                                  const std::string& value) {
  const auto result = connection.modify(entry, {{Change::Op::kDelete, attr, {value}}});
  if (result || result.error().directory_code == code::kNoSuchAttribute) return true;
  const int answer = result.error().directory_code;
  if (answer == code::kInsufficientAccess || answer == code::kNoSuchObject) return false;
  return std::nullopt;
}

class AccessCheck {
 public:
  AccessCheck(Connection& reader, const Directory::Options& options, SetupFindings& findings)
      : reader_(reader), options_(options), layout_(options.layout), findings_(findings) {}

  void run();

 private:
  void check_identity(Who who, Connection& connection);
  void report(Who who, const std::string& attribute, const Dn& entry, bool may,
              std::optional<bool> found);
  void check_secrets(const char* who, Connection& connection);
  void check_records(Connection& decisions);
  void check_privileged(Who who, Connection& connection);
  void check_creation(Connection& provisioning);
  void check_forbidden_creation(Who who, Connection& connection);
  void check_anonymous();
  std::string value_for(Attr attr) const;

  Connection& reader_;
  const Directory::Options& options_;
  const Layout& layout_;
  SetupFindings& findings_;
};

std::string AccessCheck::value_for(Attr attr) const {
  const bool name = attr_table()[static_cast<std::size_t>(attr)].link;
  return name ? Dn::child("cn", kNoSuchValue, layout_.services).str() : kNoSuchValue;
}

void AccessCheck::report(Who who, const std::string& attribute, const Dn& entry, bool may,
                         std::optional<bool> found) {
  if (found == may) return;
  const std::string what = attribute + " of " + entry.str();
  if (!found) {
    findings_.push_back(setup_warning(std::string("it could not be tried whether the ") +
                                          word(who) + " identity may change " + what,
                                      "compare the access rules with deploy/slapd/acl.ldif"));
  } else {
    findings_.push_back(setup_error(std::string("the ") + word(who) + " identity " +
                                        (may ? "cannot change " : "could change ") + what,
                                    kLoadAccess));
  }
}

// Passwords and old passwords, by reading and by asking who has one.
void AccessCheck::check_secrets(const char* who, Connection& connection) {
  for (const char* text : {"userPassword", "pwdHistory"}) {
    const AttrName secret = *AttrName::parse(text);
    const auto found =
        connection.search(layout_.suffix, Scope::kSubtree, Filter::present(secret), {text});
    if (found && !found->empty()) {
      findings_.push_back(setup_error(
          std::string("the ") + who + " identity can see " + text + " of " + found->front().dn,
          kLoadAccess));
    }
  }
}

// The assertion never holds, so that nothing is deleted even by those who may.
void AccessCheck::check_records(Connection& decisions) {
  const auto requests =
      reader_.search(layout_.requests, Scope::kOne,
                     Filter::equals(layout_.name(Attr::kObjectClass), "habRequest"), {"1.1"});
  if (!requests || requests->empty()) return;
  const auto name = Dn::parse(requests->front().dn);
  if (!name) return;
  const Status result =
      decisions.remove(*name, {Filter::equals(layout_.name(Attr::kHabKey), kNoSuchValue)});
  if (result || result.error().directory_code == code::kAssertionFailed) {
    findings_.push_back(setup_error("the decisions identity could delete requests", kLoadAccess));
  }
}

void AccessCheck::check_privileged(Who who, Connection& connection) {
  const auto group = reader_.read(Dn::child("cn", "privileged", layout_.services),
                                  {layout_.name(Attr::kMember).str()});
  const auto* members = group ? group->find(layout_.name(Attr::kMember).str()) : nullptr;
  if (members == nullptr) return;
  for (const std::string& member : *members) {
    const auto name = Dn::parse(member);
    if (!name || !is_under(dn_key(member), dn_key(layout_.people.str()))) continue;
    report(who, "userPassword", *name, false,
           may_take_away(connection, *name, "userPassword", kNoSuchValue));
    return;
  }
}

// A person comes and goes: adding, the post-read control and deleting, as every SCIM client needs.
void AccessCheck::check_creation(Connection& provisioning) {
  const std::string key = "check-" + EntryUuid::random().str();
  const Dn name = Dn::child(layout_.name(Attr::kHabKey), key, layout_.people);
  const auto added = provisioning.add(
      name, {attribute(layout_, Attr::kObjectClass, {layout_.person_class, "habPerson"}),
             attribute(layout_, Attr::kHabKey, {key}), attribute(layout_, Attr::kCn, {key}),
             attribute(layout_, Attr::kSn, {key})});
  if (!added) {
    findings_.push_back(setup_error(
        "the provisioning identity cannot add a person: " + added.error().detail, kLoadAccess));
  }
  const bool maybe_there = added || added.error().code == Errc::kUnknownOutcome;
  if (maybe_there && !provisioning.remove(name)) {
    findings_.push_back(setup_error("the provisioning identity cannot delete " + name.str(),
                                    std::string("delete that entry and ") + kLoadAccess));
  }
}

void AccessCheck::check_forbidden_creation(Who who, Connection& connection) {
  const std::string key = "check-" + EntryUuid::random().str();
  const Dn name = Dn::child(layout_.name(Attr::kCn), key, layout_.services);
  const auto added =
      connection.add(name, {attribute(layout_, Attr::kObjectClass, {"applicationProcess"}),
                            attribute(layout_, Attr::kCn, {key})});
  if (!added && added.error().code != Errc::kUnknownOutcome) return;
  (void)connection.remove(name);
  findings_.push_back(setup_error(
      std::string("the ") + word(who) + " identity can add entries below " + layout_.services.str(),
      kLoadAccess));
}

void AccessCheck::check_identity(Who who, Connection& connection) {
  for (const Probe& probe : kProbes) {
    if (probe.who != who) continue;
    const Dn& entry = layout_.*probe.entry;
    const AttrName name = layout_.name(probe.attr);
    report(who, name.str(), entry, probe.may,
           may_take_away(connection, entry, name, value_for(probe.attr)));
  }
  for (const PasswordProbe& probe : kPasswordProbes) {
    if (probe.who != who) continue;
    const Dn& entry = layout_.*probe.entry;
    report(who, "userPassword", entry, probe.may,
           may_take_away(connection, entry, "userPassword", kNoSuchValue));
  }
  check_secrets(word(who), connection);
  check_forbidden_creation(who, connection);
  check_privileged(who, connection);
  if (who == Who::kProvisioning) check_creation(connection);
  if (who == Who::kDecisions) check_records(connection);
}

void AccessCheck::check_anonymous() {
  auto nobody = Connection::open(options_.write);
  if (!nobody) return;
  if (nobody->read(layout_.people, {"1.1"})) {
    findings_.push_back(setup_error("anybody can read " + layout_.people.str(), kLoadAccess));
  }
  check_secrets("anonymous", *nobody);
}

void AccessCheck::run() {
  const std::pair<Who, const Credentials*> identities[] = {
      {Who::kReader, &options_.mirror.reader},
      {Who::kProvisioning, &options_.provisioning},
      {Who::kDecisions, &options_.decisions},
      {Who::kPasswords, &options_.passwords}};
  for (const auto& [who, credentials] : identities) {
    auto connection = Connection::open(options_.write);
    if (!connection) continue;
    const auto bound = connection->bind(credentials->name, credentials->password);
    if (bound) {
      check_identity(who, *connection);
    } else {
      findings_.push_back(setup_error(
          std::string("the ") + word(who) + " identity cannot sign in: " + bound.error().detail,
          "correct directory." + std::string(word(who)) +
              "_password_file, or run habilitd directory init --admin-name DN "
              "--admin-password-file FILE"));
    }
  }
  check_anonymous();
}

}  // namespace

void check_access(Connection& reader, const Directory::Options& options, SetupFindings& findings) {
  AccessCheck(reader, options, findings).run();
}

}  // namespace habilitd::ldap
