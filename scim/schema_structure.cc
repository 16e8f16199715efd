// Structure: an establishment of the French register, the people attached to it and its managers.
#include "scim/schema.h"

namespace habilitd::scim {
namespace {

using ldap::Attr;

Attribute people(std::string name, std::string description) {
  Attribute attribute =
      many(link_attribute(std::move(name), std::move(description), "the person", "User"));
  for (Attribute& sub : attribute.sub) {
    if (sub.name == "value") sub = immutable(std::move(sub));
  }
  return attribute;
}

Schema core() {
  Schema schema{std::string(kStructureUrn),
                "Structure",
                "An establishment with a SIRET, its managers and the people attached to it",
                "",
                {}};
  Attribute siret = exact(text_attribute(
      "siret", "14 digits of the French register of establishments, with their check digit"));
  schema.attributes = {
      required(unique(immutable(in_ldap(std::move(siret), Attr::kCn)))),
      in_ldap(text_attribute("displayName", "Name of the structure"), Attr::kO),
      required(computed(typed_attribute("active", Type::kBoolean,
                                        "Is it open? When false nobody can ask for habilitations "
                                        "there. A body without it opens a "
                                        "new structure and leaves one that exists as it is"))),
      link_attribute("parent", "The structure that it belongs to", "the parent", "Structure"),
      people("managers",
             "People who decide about its habilitations; the last one cannot be "
             "removed. Writing demands the right to grant everything"),
      people("members", "People attached to it; changed one by one with PATCH")};
  return schema;
}

}  // namespace

const ResourceType& structure_type() {
  static const ResourceType type("Structure", "/Structures",
                                 "Establishments, their managers and people", core(), {});
  return type;
}

}  // namespace habilitd::scim
