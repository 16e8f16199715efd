#include <ldap.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <set>
#include <sstream>

#include "base/text.h"
#include "ldap/setup_checks.h"

namespace habilitd::ldap {
namespace {

constexpr const char* kLoadOverlays =
    "see deploy/slapd/overlays.ldif: habilitd directory init --part overlays";

const std::vector<std::string>& values_of(const Entry& entry, const char* name) {
  static const std::vector<std::string> kNone;
  const auto* found = entry.find(name);
  return found == nullptr ? kNone : *found;
}

bool is_true(const Entry& entry, const char* name) { return entry.first(name) == "TRUE"; }

// The database whose suffix holds ours.
const Entry* database_of(const std::vector<Entry>& configuration, const Layout& layout) {
  const std::string key = dn_key(layout.suffix.str());
  for (const Entry& entry : configuration) {
    for (const std::string& suffix : values_of(entry, "olcSuffix")) {
      if (is_under(key, dn_key(suffix))) return &entry;
    }
  }
  return nullptr;
}

// An overlay directly below the database, by the end of its name: "{1}unique".
const Entry* overlay(const std::vector<Entry>& configuration, const Entry& database,
                     std::string_view name) {
  const std::string below = dn_key(database.dn);
  for (const Entry& entry : configuration) {
    const std::string value = entry.first("olcOverlay");
    if (value.substr(value.find('}') + 1) == name && is_under(dn_key(entry.dn), below)) {
      return &entry;
    }
  }
  return nullptr;
}

// A uniqueness rule that covers a base and an attribute: "serialize ldap:///base?attrs?sub?filter".
struct UniqueRule {
  bool serialize = false;
  std::string base_key;
  std::set<std::string> attributes;
};

std::vector<UniqueRule> unique_rules(const Entry& entry) {
  std::vector<UniqueRule> rules;
  for (const std::string& value : values_of(entry, "olcUniqueURI")) {
    UniqueRule rule;
    std::istringstream words(value);
    for (std::string word; words >> word;) {
      if (word == "serialize") rule.serialize = true;
      const auto start = word.find("ldap:///");
      if (start == std::string::npos) continue;
      LDAPURLDesc* parsed = nullptr;
      if (ldap_url_parse(word.substr(start).c_str(), &parsed) != LDAP_URL_SUCCESS) continue;
      const std::unique_ptr<LDAPURLDesc, decltype(&ldap_free_urldesc)> uri(parsed,
                                                                           &ldap_free_urldesc);
      rule.base_key = dn_key(uri->lud_dn ? uri->lud_dn : "");
      for (char** name = uri->lud_attrs; name && *name; ++name) {
        rule.attributes.insert(ascii_lower(*name));
      }
      rules.push_back(rule);
    }
  }
  return rules;
}

void check_unique(const Entry* entry, const Layout& layout, SetupFindings& findings) {
  struct Wanted {
    Attr attr;
    const Dn* base;
  };
  const std::array<Wanted, 5> wanted{{{Attr::kUid, &layout.people},
                                      {Attr::kCn, &layout.structures},
                                      {Attr::kCn, &layout.habilitations},
                                      {Attr::kCn, &layout.groups},
                                      {Attr::kHabSlot, &layout.requests}}};
  const auto rules = entry == nullptr ? std::vector<UniqueRule>() : unique_rules(*entry);
  for (const Wanted& want : wanted) {
    const std::string name = layout.name(want.attr).str();
    const std::string key = dn_key(want.base->str());
    const auto rule = std::find_if(rules.begin(), rules.end(), [&](const UniqueRule& r) {
      return is_under(key, r.base_key) && r.attributes.contains(ascii_lower(name));
    });
    if (rule == rules.end()) {
      findings.push_back(setup_error("nothing keeps " + name + " unique below " + want.base->str(),
                                     kLoadOverlays));
    } else if (!rule->serialize) {
      findings.push_back(setup_error("the unique overlay lets equal values of " + name +
                                         " through when two writes run at once",
                                     "put the word serialize before the rule's URI"));
    }
  }
}

void check_refint(const Entry* entry, SetupFindings& findings) {
  std::set<std::string> names;
  if (entry != nullptr) {
    for (const std::string& value : values_of(*entry, "olcRefintAttribute")) {
      std::istringstream words(value);
      for (std::string word; words >> word;) names.insert(ascii_lower(word));
    }
  }
  for (const char* name : {"member", "owner"}) {
    if (!names.contains(name)) {
      findings.push_back(setup_error(
          std::string("a deleted person stays in ") + name + " of groups", kLoadOverlays));
    }
  }
}

std::set<std::string> indexed(const Entry& database) {
  std::set<std::string> names;
  for (const std::string& value : values_of(database, "olcDbIndex")) {
    std::istringstream list(value.substr(0, value.find(' ')));
    if (value.find("eq") == std::string::npos) continue;
    for (std::string name; std::getline(list, name, ',');) names.insert(ascii_lower(name));
  }
  return names;
}

void check_database(const Entry& database, const Layout& layout, SetupFindings& findings) {
  const auto names = indexed(database);
  for (Attr attr :
       {Attr::kObjectClass, Attr::kUid, Attr::kMail, Attr::kCn, Attr::kMember, Attr::kOwner,
        Attr::kEntryUuid, Attr::kEntryCsn, Attr::kHabSlot, Attr::kHabPersonId}) {
    const std::string name = layout.name(attr).str();
    if (!names.contains(ascii_lower(name))) {
      findings.push_back(setup_warning("there is no equality index on " + name,
                                       "add olcDbIndex: " + name + " eq, then run slapindex"));
    }
  }
  if (is_true(database, "olcDbNoSync")) {
    findings.push_back(setup_error("acknowledged writes are lost when the machine stops",
                                   "remove olcDbNoSync from " + database.dn));
  }
  if (is_true(database, "olcReadOnly")) {
    findings.push_back(setup_error("the directory is read-only", "set olcReadOnly to FALSE"));
  }
  if (!is_true(database, "olcAddContentAcl")) {
    findings.push_back(setup_error("access rules on attributes do not bind whoever adds an entry",
                                   "set olcAddContentAcl to TRUE on " + database.dn));
  }
}

void check_reader_limit(const Entry& database, const Dn& reader, SetupFindings& findings) {
  const auto& limits = values_of(database, "olcLimits");
  const bool unlimited = std::any_of(limits.begin(), limits.end(), [&](const std::string& limit) {
    return ascii_lower(limit).find(ascii_lower(reader.str())) != std::string::npos &&
           limit.find("size=unlimited") != std::string::npos;
  });
  if (!unlimited) {
    findings.push_back(setup_error(
        "the reader cannot load a directory larger than the size limit",
        "add olcLimits: dn.exact=\"" + reader.str() + "\" size=unlimited time=unlimited"));
  }
}

}  // namespace

void check_configuration(Connection& reader, const Directory::Options& options,
                         SetupFindings& findings) {
  const Layout& layout = options.layout;
  const auto configuration =
      reader.search(*Dn::parse("cn=config"), Scope::kSubtree,
                    Filter::present("olcDatabase") | Filter::present("olcOverlay"), {"*"});
  const Entry* database = configuration ? database_of(*configuration, layout) : nullptr;
  if (database == nullptr) {
    findings.push_back(setup_warning(
        "overlays and indexes could not be looked at",
        "let " + options.mirror.reader.name.str() + " read cn=config: deploy/slapd/database.ldif"));
    return;
  }
  const auto find = [&](const char* name) { return overlay(*configuration, *database, name); };
  if (find("ppolicy") == nullptr) {
    findings.push_back(setup_error("no password policy is applied", kLoadOverlays));
  }
  if (find("syncprov") == nullptr) {
    findings.push_back(setup_error("the mirror cannot follow the directory", kLoadOverlays));
  }
  check_unique(find("unique"), layout, findings);
  check_refint(find("refint"), findings);
  check_database(*database, layout, findings);
  check_reader_limit(*database, options.mirror.reader.name, findings);
}

}  // namespace habilitd::ldap
