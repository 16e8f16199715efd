// RFC 7643 section 4.1 (User) and 4.3 (enterprise extension). Descriptions are ours.
#include "scim/schema.h"

namespace habilitd::scim {
namespace {

using ldap::Attr;

// The usual sub-attributes of a multi-valued attribute (section 2.4).
std::vector<Attribute> plural(Attribute value, const std::string& what,
                              std::vector<std::string> types) {
  return {std::move(value), text_attribute("display", "Name shown to people"),
          canonical(text_attribute("type", "Function of the " + what), std::move(types)),
          typed_attribute("primary", Type::kBoolean, "The preferred one; true at most once")};
}

Attribute name() {
  return complex_attribute(
      "name", "The parts of the person's name",
      {in_ldap(text_attribute("formatted", "Full name as it is shown"), Attr::kCn),
       in_ldap(text_attribute("familyName", "Family name"), Attr::kSn),
       in_ldap(text_attribute("givenName", "Given name"), Attr::kGivenName),
       text_attribute("middleName", "Middle names"),
       text_attribute("honorificPrefix", "Title before the name"),
       text_attribute("honorificSuffix", "Suffix after the name")});
}

Attribute emails() {
  auto sub = plural(in_ldap(text_attribute("value", "Mail address"), Attr::kMail), "address",
                    {"work", "home", "other"});
  return in_ldap(many(complex_attribute("emails", "Mail addresses", std::move(sub))), Attr::kMail);
}

Attribute phone_numbers() {
  auto sub = plural(in_ldap(text_attribute("value", "Phone number"), Attr::kTelephoneNumber),
                    "number", {"work", "home", "mobile", "fax", "pager", "other"});
  return in_ldap(many(complex_attribute("phoneNumbers", "Phone numbers", std::move(sub))),
                 Attr::kCount);
}

Attribute ims() {
  return many(
      complex_attribute("ims", "Instant messaging addresses",
                        plural(text_attribute("value", "Instant messaging address"), "address",
                               {"aim", "gtalk", "icq", "xmpp", "msn", "skype", "qq", "yahoo"})));
}

Attribute photos() {
  Attribute value = refers(text_attribute("value", "URL of a photo"), {"external"});
  return many(complex_attribute("photos", "URLs of photos",
                                plural(std::move(value), "photo", {"photo", "thumbnail"})));
}

Attribute addresses() {
  return many(complex_attribute(
      "addresses", "Postal addresses",
      {lines(text_attribute("formatted", "The whole address as it is shown")),
       lines(text_attribute("streetAddress", "Street, number, box")),
       text_attribute("locality", "City"), text_attribute("region", "Region"),
       text_attribute("postalCode", "Postal code"), text_attribute("country", "ISO 3166-1 code"),
       canonical(text_attribute("type", "Function of the address"), {"work", "home", "other"}),
       typed_attribute("primary", Type::kBoolean, "The preferred one; true at most once")}));
}

Attribute groups() {
  Attribute type = canonical(text_attribute("type", "How the person belongs to it"), {"direct"});
  Attribute reference = refers(text_attribute("$ref", "URI of the group"), {"Group"});
  return read_only(many(complex_attribute(
      "groups", "Groups that hold the person; changed through the groups",
      {read_only(exact(text_attribute("value", "Identifier of the group"))),
       read_only(std::move(reference)), read_only(text_attribute("display", "Name of the group")),
       read_only(std::move(type))})));
}

Attribute listed(const std::string& name, const std::string& what) {
  return many(complex_attribute(name, "A list of " + what + ", kept for the client",
                                plural(text_attribute("value", "Value"), "value", {})));
}

Attribute certificates() {
  Attribute value = exact(typed_attribute("value", Type::kBinary, "DER certificate in base64"));
  return many(complex_attribute("x509Certificates", "Certificates",
                                plural(std::move(value), "certificate", {})));
}

Schema core() {
  Schema schema{std::string(kUserUrn), "User", "A person's account", "", {}};
  Attribute profile = typed_attribute("profileUrl", Type::kReference, "Page about the person");
  Attribute active = computed(
      typed_attribute("active", Type::kBoolean, "May the person sign in? Set to true when absent"));
  schema.attributes = {
      required(unique(in_ldap(text_attribute("userName", "Name to sign in with"), Attr::kUid))),
      name(),
      in_ldap(text_attribute("displayName", "Name shown to people"), Attr::kDisplayName),
      text_attribute("nickName", "Casual name"),
      refers(std::move(profile), {"external"}),
      in_ldap(text_attribute("title", "Job title"), Attr::kTitle),
      in_ldap(text_attribute("userType", "Relation to the organisation"), Attr::kEmployeeType),
      in_ldap(text_attribute("preferredLanguage", "Languages as in Accept-Language"),
              Attr::kPreferredLanguage),
      text_attribute("locale", "Region for dates, numbers and currency"),
      text_attribute("timezone", "Time zone of the IANA database"),
      std::move(active),
      write_only(exact(text_attribute("password", "Clear-text password; never returned"))),
      emails(),
      phone_numbers(),
      ims(),
      photos(),
      addresses(),
      groups(),
      listed("entitlements", "entitlements"),
      listed("roles", "roles"),
      certificates()};
  return schema;
}

Schema enterprise() {
  Schema schema{
      std::string(kEnterpriseUrn), "EnterpriseUser", "A person at work", "enterprise", {}};
  Attribute reference = refers(text_attribute("$ref", "URI of the manager"), {"User"});
  Attribute manager = complex_attribute(
      "manager", "The person's manager",
      {computed(exact(text_attribute("value", "Identifier of the manager's User"))),
       immutable(computed(std::move(reference))),
       on_request(read_only(text_attribute("displayName", "Name of the manager")))});
  schema.attributes = {in_ldap(text_attribute("employeeNumber", "Number given by the organisation"),
                               Attr::kEmployeeNumber),
                       text_attribute("costCenter", "Cost centre"),
                       in_ldap(text_attribute("organization", "Organisation"), Attr::kO),
                       text_attribute("division", "Division"),
                       in_ldap(text_attribute("department", "Department"), Attr::kDepartmentNumber),
                       computed(std::move(manager))};
  return schema;
}

Attribute held_structures() {
  Attribute reference = refers(text_attribute("$ref", "URI of the structure"), {"Structure"});
  return read_only(many(complex_attribute(
      "structures", "Structures that the person is attached to or manages",
      {read_only(exact(text_attribute("value", "Identifier of the structure"))),
       read_only(std::move(reference)), read_only(exact(text_attribute("siret", "Its SIRET"))),
       read_only(text_attribute("display", "Its name")),
       read_only(typed_attribute("manager", Type::kBoolean, "Does the person manage it?"))})));
}

Attribute held_habilitations() {
  Attribute reference = refers(text_attribute("$ref", "URI of the habilitation"), {"Habilitation"});
  return read_only(many(complex_attribute(
      "habilitations", "Roles that the person holds now",
      {read_only(exact(text_attribute(
           "value", "Identifier of the habilitation; none when it was made by LDAP"))),
       read_only(std::move(reference)),
       read_only(exact(text_attribute("application", "Identifier of the application"))),
       read_only(exact(text_attribute("role", "Identifier of the role"))),
       read_only(exact(text_attribute("siret", "SIRET of the structure"))),
       read_only(text_attribute("display", "Application, role and structure for people")),
       read_only(typed_attribute("until", Type::kDateTime, "When it ends"))})));
}

Schema habilitd() {
  Schema schema{std::string(kUserExtensionUrn),
                "HabilitdUser",
                "What a person may do, and where the account comes from",
                "",
                {}};
  schema.attributes = {
      held_structures(), held_habilitations(),
      // On request: nothing that a client did not write belongs to every answer.
      on_request(in_ldap(
          read_only(exact(text_attribute(
              "source", "Where the account comes from, such as \"client:ID\" for a SCIM client"))),
          Attr::kHabSource))};
  return schema;
}

}  // namespace

const ResourceType& user_type() {
  static const ResourceType type("User", "/Users", "People's accounts", core(),
                                 {enterprise(), habilitd()});
  return type;
}

}  // namespace habilitd::scim
