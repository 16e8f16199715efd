#include "scim/known_attributes.h"

#include <map>

namespace habilitd::scim {
namespace {

CommonAttributes common_of(const ResourceType& type) {
  const Schema& common = type.common();
  const Attribute* meta = common.find("meta");
  return {common.find("schemas"),         common.find("id"),
          common.find("externalId"),      meta,
          meta->find_sub("resourceType"), meta->find_sub("created"),
          meta->find_sub("lastModified"), meta->find_sub("location"),
          meta->find_sub("version")};
}

}  // namespace

const CommonAttributes& common_attributes(const ResourceType& type) {
  static const auto all = [] {
    std::map<const ResourceType*, CommonAttributes> found;
    for (const ResourceType* each : resource_types()) found.emplace(each, common_of(*each));
    return found;
  }();
  return all.at(&type);
}

const UserAttributes& user_attributes() {
  static const UserAttributes found = [] {
    const Schema& core = user_type().core();
    const Attribute* name = core.find("name");
    const Attribute* groups = core.find("groups");
    const Attribute* manager = user_type().extensions().front().find("manager");
    UserAttributes a{};
    a.user_name = core.find("userName");
    a.name = name;
    a.formatted = name->find_sub("formatted");
    a.family_name = name->find_sub("familyName");
    a.given_name = name->find_sub("givenName");
    a.display_name = core.find("displayName");
    a.active = core.find("active");
    a.password = core.find("password");
    a.emails = core.find("emails");
    a.phone_numbers = core.find("phoneNumbers");
    a.groups = groups;
    a.manager = manager;
    a.group_value = groups->find_sub("value");
    a.group_ref = groups->find_sub("$ref");
    a.group_display = groups->find_sub("display");
    a.group_type = groups->find_sub("type");
    a.manager_value = manager->find_sub("value");
    a.manager_ref = manager->find_sub("$ref");
    a.manager_name = manager->find_sub("displayName");
    const Schema& own = *user_type().schema(kUserExtensionUrn);
    a.structures = own.find("structures");
    a.structure_value = a.structures->find_sub("value");
    a.structure_ref = a.structures->find_sub("$ref");
    a.structure_siret = a.structures->find_sub("siret");
    a.structure_display = a.structures->find_sub("display");
    a.structure_manager = a.structures->find_sub("manager");
    a.habilitations = own.find("habilitations");
    a.held_value = a.habilitations->find_sub("value");
    a.held_ref = a.habilitations->find_sub("$ref");
    a.held_application = a.habilitations->find_sub("application");
    a.held_role = a.habilitations->find_sub("role");
    a.held_siret = a.habilitations->find_sub("siret");
    a.held_display = a.habilitations->find_sub("display");
    a.held_until = a.habilitations->find_sub("until");
    a.source = own.find("source");
    return a;
  }();
  return found;
}

const GroupAttributes& group_attributes() {
  static const GroupAttributes found = [] {
    const Schema& core = group_type().core();
    const Attribute* members = core.find("members");
    return GroupAttributes{core.find("displayName"),   members,
                           members->find_sub("value"), members->find_sub("$ref"),
                           members->find_sub("type"),  members->find_sub("display")};
  }();
  return found;
}

const StructureAttributes& structure_attributes() {
  static const StructureAttributes found = [] {
    const Schema& core = structure_type().core();
    return StructureAttributes{core.find("siret"),  core.find("displayName"), core.find("active"),
                               core.find("parent"), core.find("managers"),    core.find("members")};
  }();
  return found;
}

const RequestAttributes& request_attributes(const ResourceType& type) {
  const auto of = [](const ResourceType& each) {
    const Schema& core = each.core();
    return RequestAttributes{
        core.find("person"),  core.find("structure"), core.find("justification"),
        core.find("until"),   core.find("since"),     core.find("due"),
        core.find("direct"),  core.find("grantedBy"), core.find("requestedBy"),
        core.find("request"), core.find("decision"),  core.find("history")};
  };
  static const RequestAttributes habilitation = of(habilitation_type()),
                                 request = of(access_request_type());
  return &type == &habilitation_type() ? habilitation : request;
}

}  // namespace habilitd::scim
