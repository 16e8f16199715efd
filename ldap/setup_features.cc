#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "ldap/setup_checks.h"

namespace habilitd::ldap {
namespace {

struct Feature {
  const char* list;  // attribute of the root DSE
  const char* oid;
  const char* what;
  const char* remedy;
};
constexpr std::array<Feature, 6> kFeatures{{
    {"supportedControl", "1.3.6.1.1.12", "the assertion control (RFC 4528)", "use OpenLDAP 2.5"},
    {"supportedControl", "1.3.6.1.1.13.2", "the post-read control (RFC 4527)", "use OpenLDAP 2.5"},
    {"supportedControl", "1.3.6.1.4.1.4203.1.9.1.1", "content synchronisation (RFC 4533)",
     "load the syncprov overlay: deploy/slapd/overlays.ldif"},
    {"supportedControl", "1.3.6.1.4.1.42.2.27.8.5.1", "password policies",
     "load the ppolicy overlay: deploy/slapd/overlays.ldif"},
    {"supportedExtension", "1.3.6.1.4.1.4203.1.11.1", "password modify (RFC 3062)",
     "use OpenLDAP 2.5"},
    {"supportedExtension", "1.3.6.1.4.1.4203.1.11.3", "who am I (RFC 4532)", "use OpenLDAP 2.5"},
}};

constexpr std::array<const char*, 10> kClasses{
    "habPerson",  "habStructure", "habHabilitation", "habGroup",       "habApplicationInfo",
    "habRequest", "habSession",   "habToken",        "habOutboxEntry", "habEvent"};

constexpr const char* kLoadSchema =
    "load the schema: habilitd directory init --part schema | ldapmodify -a -Y EXTERNAL -H "
    "ldapi:///";

constexpr const char* kMakeTree =
    "habilitd directory init --admin-name DN --admin-password-file FILE";

bool holds(const Entry& entry, const char* attribute, const char* value) {
  const auto* values = entry.find(attribute);
  return values != nullptr && std::find(values->begin(), values->end(), value) != values->end();
}

// Is a name quoted among the NAMEs of the definitions? ("... NAME 'habKey' ..." or "( 'cn' 'x' )")
bool defines(const Entry& schema, const char* attribute, const std::string& name) {
  const auto* definitions = schema.find(attribute);
  if (definitions == nullptr) return false;
  const std::string quoted = "'" + name + "'";
  return std::any_of(definitions->begin(), definitions->end(), [&](const std::string& definition) {
    const auto names = definition.find("NAME ");
    const auto end = std::min(definition.find(" DESC "), definition.find(" EQUALITY "));
    return names != std::string::npos &&
           definition.substr(0, end).find(quoted, names) != std::string::npos;
  });
}

void check_schema(Connection& reader, const Layout& layout, SetupFindings& findings) {
  const auto schema = reader.read(*Dn::parse("cn=Subschema"), {"attributeTypes", "objectClasses"});
  if (!schema) {
    findings.push_back(setup_warning("the schema cannot be read: " + schema.error().detail,
                                     "let everybody read cn=Subschema"));
    return;
  }
  for (const char* name : kClasses) {
    if (!defines(*schema, "objectClasses", name)) {
      findings.push_back(
          setup_error(std::string("object class ") + name + " is missing", kLoadSchema));
    }
  }
  for (const AttrInfo& info : attr_table()) {
    const std::string name = layout.name(info.attr).str();
    if (!name.starts_with("pwd") && !defines(*schema, "attributeTypes", name)) {
      findings.push_back(setup_error("attribute " + name + " is missing", kLoadSchema));
    }
  }
}

}  // namespace

void check_features(Connection& reader, const Layout& layout, SetupFindings& findings) {
  const auto root = reader.read(Dn(), {"supportedControl", "supportedExtension"});
  if (!root) {
    findings.push_back(setup_error("the root DSE cannot be read: " + root.error().detail,
                                   "let everybody read the entry with the empty name"));
    return;
  }
  for (const Feature& feature : kFeatures) {
    if (!holds(*root, feature.list, feature.oid)) {
      findings.push_back(
          setup_error(std::string("the directory lacks ") + feature.what, feature.remedy));
    }
  }
  check_schema(reader, layout, findings);
}

void check_tree(Connection& reader, const Layout& layout, SetupFindings& findings) {
  const std::array<const Dn*, 13> wanted{
      &layout.suffix, &layout.people,   &layout.structures,   &layout.habilitations,
      &layout.groups, &layout.requests, &layout.applications, &layout.sessions,
      &layout.tokens, &layout.outbox,   &layout.events,       &layout.services,
      &layout.steward};
  for (const Dn* name : wanted) {
    if (!reader.read(*name, {"1.1"})) {
      findings.push_back(setup_error("the entry " + name->str() + " is missing", kMakeTree));
    }
  }
  if (!reader.read(decoy_name(layout), {"1.1"})) {
    findings.push_back(
        setup_error("the entry " + decoy_name(layout).str() +
                        " is missing: the time of a refused sign-in tells which names exist",
                    kMakeTree));
  }
}

}  // namespace habilitd::ldap
