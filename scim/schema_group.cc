// RFC 7643 section 4.2 (Group).
#include "scim/schema.h"

namespace habilitd::scim {
namespace {

Schema core() {
  Schema schema{std::string(kGroupUrn), "Group", "A group of people and groups", "", {}};
  Attribute reference = refers(text_attribute("$ref", "URI of the member"), {"User", "Group"});
  Attribute type =
      canonical(text_attribute("type", "Resource type of the member"), {"User", "Group"});
  Attribute members = complex_attribute(
      "members", "Members; changed one by one with PATCH",
      {immutable(computed(exact(text_attribute("value", "Identifier of the member")))),
       immutable(computed(std::move(reference))), immutable(computed(std::move(type))),
       on_request(read_only(text_attribute("display", "Name of the member")))});
  schema.attributes = {
      required(unique(
          in_ldap(text_attribute("displayName", "Name of the group, unique in the directory"),
                  ldap::Attr::kCn))),
      computed(many(std::move(members)))};
  return schema;
}

}  // namespace

const ResourceType& group_type() {
  static const ResourceType type("Group", "/Groups",
                                 "Groups, among them those that confer habilitations", core(), {});
  return type;
}

}  // namespace habilitd::scim
