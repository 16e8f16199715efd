#include "ldap/setup.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

#include "base/crypto.h"
#include "base/url.h"
#include "ldap/errors.h"
#include "ldap/setup_checks.h"
#include "ldap/shipped_ldif.h"

namespace habilitd::ldap {
namespace {

using Names = std::vector<std::pair<std::string, std::string>>;

Dn below_services(const Layout& layout, const char* name) {
  return Dn::child("cn", name, layout.services);
}

// {SSHA} because every slapd knows it; the secrets are random, so a slow hash would add nothing.
std::string salted_hash(std::string_view secret) {
  const std::string salt = random_bytes(8);
  const std::string text = std::string(secret) + salt;
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  if (EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr) != 1) {
    throw std::runtime_error("SHA-1 is not available");
  }
  return "{SSHA}" + to_base64(std::string(reinterpret_cast<char*>(digest.data()), size) + salt);
}

// RFC 4514 attribute and value of the suffix, as lines that make it an entry.
std::string suffix_entry(const Dn& suffix) {
  const std::string rdn = suffix.rdn();
  const std::string type = rdn.substr(0, rdn.find('='));
  const std::string value = rdn.substr(rdn.find('=') + 1);
  if (type == "dc") {
    return "objectClass: organization\nobjectClass: dcObject\ndc: " + value + "\no: " + value;
  }
  const char* object_class = type == "ou" ? "organizationalUnit" : "organization";
  return std::string("objectClass: ") + object_class + "\n" + type + ": " + value;
}

Names names_of(const Directory::Options& options) {
  const Layout& layout = options.layout;
  return {{"@SUFFIX_ENTRY@", suffix_entry(layout.suffix)},
          {"@PEOPLE_URI@", encode_component(layout.people.str())},
          {"@REQUESTS_URI@", encode_component(layout.requests.str())},
          {"@SUFFIX_URI@", encode_component(layout.suffix.str())},
          {"@PEOPLE@", layout.people.str()},
          {"@STRUCTURES@", layout.structures.str()},
          {"@HABILITATIONS@", layout.habilitations.str()},
          {"@GROUPS@", layout.groups.str()},
          {"@APPLICATIONS@", layout.applications.str()},
          {"@REQUESTS@", layout.requests.str()},
          {"@SESSIONS@", layout.sessions.str()},
          {"@TOKENS@", layout.tokens.str()},
          {"@OUTBOX@", layout.outbox.str()},
          {"@EVENTS@", layout.events.str()},
          {"@SERVICES@", layout.services.str()},
          {"@STEWARD@", layout.steward.str()},
          {"@DECOY@", decoy_name(layout).str()},
          {"@PRIVILEGED@", below_services(layout, "privileged").str()},
          {"@READER@", options.mirror.reader.name.str()},
          {"@PROVISIONING@", options.provisioning.name.str()},
          {"@DECISIONS@", options.decisions.name.str()},
          {"@PASSWORDS@", options.passwords.name.str()},
          {"@READER_HASH@", salted_hash(options.mirror.reader.password.reveal())},
          {"@PROVISIONING_HASH@", salted_hash(options.provisioning.password.reveal())},
          {"@DECISIONS_HASH@", salted_hash(options.decisions.password.reveal())},
          {"@PASSWORDS_HASH@", salted_hash(options.passwords.password.reveal())},
          {"@DECOY_HASH@", salted_hash(random_token().reveal())},
          {"@SUFFIX@", layout.suffix.str()}};
}

std::string filled(std::string text, const Names& names) {
  for (const auto& [placeholder, value] : names) {
    for (auto at = text.find(placeholder); at != std::string::npos;
         at = text.find(placeholder, at + value.size())) {
      text.replace(at, placeholder.size(), value);
    }
  }
  return text;
}

const char* shipped_text(SetupPart part) {
  switch (part) {
    case SetupPart::kServer:
      return shipped::k_server;
    case SetupPart::kSchema:
      return shipped::k_schema;
    case SetupPart::kOverlays:
      return shipped::k_overlays;
    case SetupPart::kAccess:
      return shipped::k_acl;
    case SetupPart::kTree:
      break;
  }
  return shipped::k_tree;
}

// Our own LDIF: no continuation lines, no base64, comments and blank lines between records.
struct TreeEntry {
  Dn name;
  Attributes attributes;
};

void add_line(TreeEntry& entry, const std::string& line) {
  const auto colon = line.find(": ");
  const std::string name = line.substr(0, colon);
  const std::string value = line.substr(colon + 2);
  if (name == "dn") {
    auto parsed = Dn::parse(value);
    if (!parsed) throw std::logic_error("bad name in the shipped tree: " + value);
    entry.name = *std::move(parsed);
  } else if (!entry.attributes.empty() && entry.attributes.back().name == name) {
    entry.attributes.back().values.push_back(value);
  } else {
    entry.attributes.push_back({name, {value}});
  }
}

std::vector<TreeEntry> entries_of(const std::string& ldif) {
  std::vector<TreeEntry> entries(1);
  for (std::size_t start = 0; start < ldif.size();) {
    const auto end = std::min(ldif.find('\n', start), ldif.size());
    const std::string line = ldif.substr(start, end - start);
    start = end + 1;
    if (line.empty() && !entries.back().name.empty()) entries.emplace_back();
    if (!line.empty() && line[0] != '#') add_line(entries.back(), line);
  }
  if (entries.back().name.empty()) entries.pop_back();
  return entries;
}

// What a policy is about: a tile of the portal. Its owners are for an administrator to name.
TreeEntry application_entry(const Layout& layout, const SetupSite::Application& application) {
  TreeEntry entry{Dn::child("cn", application.id, layout.applications),
                  {{"objectClass", {"groupOfNames", "habApplicationInfo"}},
                   {"cn", {application.id}},
                   {"habApplication", {application.id}},
                   {"habPolicy", {application.id}},
                   {"displayName", {application.id}},
                   {"member", {layout.steward.str()}}}};
  if (!application.description.empty()) {
    entry.attributes.push_back({"description", {application.description}});
  }
  return entry;
}

// RFC 2849; in base64 every value that might need it.
void append_ldif(std::string& ldif, const TreeEntry& entry) {
  const auto line = [&ldif](const std::string& name, const std::string& value) {
    const bool safe =
        !value.starts_with(' ') && !value.starts_with(':') && !value.starts_with('<') &&
        std::all_of(value.begin(), value.end(), [](char c) { return c >= ' ' && c <= '~'; });
    ldif += name + (safe ? ": " + value : ":: " + to_base64(value)) + "\n";
  };
  ldif += "\n";
  line("dn", entry.name.str());
  for (const Attribute& attribute : entry.attributes) {
    for (const std::string& value : attribute.values) line(attribute.name, value);
  }
}

// Never written as it stands: RFC 3062 lets the server hash with its own scheme and cost.
Result<bool> add_if_missing(Connection& administrator, TreeEntry entry) {
  for (Attribute& attribute : entry.attributes) {
    if (attribute.name == "userPassword") {
      attribute.values = {std::string(random_token().reveal())};
    }
  }
  const auto added = administrator.add(entry.name, entry.attributes);
  if (added || added.error().code == Errc::kUnknownOutcome) return true;
  if (added.error().directory_code == code::kEntryAlreadyExists) return false;
  return added.error();
}

Status set_passwords(Connection& administrator, const Directory::Options& options) {
  for (const Credentials* identity :
       {&options.mirror.reader, &options.provisioning, &options.decisions, &options.passwords}) {
    auto set = administrator.change_password(identity->name, nullptr, identity->password);
    if (!set) return set;
  }
  return administrator.change_password(decoy_name(options.layout), nullptr, random_token());
}

}  // namespace

Result<std::vector<SetupFinding>> check_setup(const Directory::Options& options) {
  auto reader = Connection::open(options.mirror.endpoint);
  if (!reader) return reader.error();
  SetupFindings findings;
  const Credentials& who = options.mirror.reader;
  if (const auto bound = reader->bind(who.name, who.password); !bound) {
    if (bound.error().code != Errc::kUnauthenticated) return bound.error();
    findings.push_back(setup_error("the reader identity cannot sign in: " + bound.error().detail,
                                   "correct directory.reader_password_file, or run habilitd "
                                   "directory init --admin-name DN --admin-password-file FILE"));
    return findings;
  }
  check_features(*reader, options.layout, findings);
  check_tree(*reader, options.layout, findings);
  check_configuration(*reader, options, findings);
  check_access(*reader, options, findings);
  if (reader->broken()) {
    return Error{Errc::kUnavailable, "directory-lost", "the directory went away during the check"};
  }
  return findings;
}

std::string setup_ldif(SetupPart part, const Directory::Options& options, const SetupSite& site) {
  Names names = names_of(options);
  names.push_back({"olcDatabase={1}mdb,", "olcDatabase=" + site.database + ","});
  std::string ldif = filled(shipped_text(part), names);
  if (part != SetupPart::kTree) return ldif;
  for (const SetupSite::Application& application : site.applications) {
    append_ldif(ldif, application_entry(options.layout, application));
  }
  return ldif;
}

Result<std::vector<std::string>> make_tree(const Directory::Options& options, const SetupSite& site,
                                           const Credentials& administrator) {
  auto connection = Connection::open(options.write);
  if (!connection) return connection.error();
  if (auto bound = connection->bind(administrator.name, administrator.password); !bound) {
    return bound.error();
  }
  std::vector<std::string> made;
  std::vector<TreeEntry> entries = entries_of(setup_ldif(SetupPart::kTree, options));
  for (const SetupSite::Application& application : site.applications) {
    entries.push_back(application_entry(options.layout, application));
  }
  for (TreeEntry& entry : entries) {
    const std::string name = entry.name.str();
    auto added = add_if_missing(*connection, std::move(entry));
    if (!added) return added.error();
    if (*added) made.push_back(name);
  }
  if (auto set = set_passwords(*connection, options); !set) return set.error();
  return made;
}

}  // namespace habilitd::ldap
