#include "scim/endpoints.h"

#include <algorithm>
#include <stdexcept>

#include "scim/access_requests.h"
#include "scim/group_reader.h"
#include "scim/groups.h"
#include "scim/habilitations.h"
#include "scim/person_links.h"
#include "scim/request_reader.h"
#include "scim/structure_reader.h"
#include "scim/structures.h"
#include "scim/user_reader.h"
#include "scim/users.h"

namespace habilitd::scim {
namespace {

using ldap::Kind;

template <class Reader>
std::unique_ptr<ResourceReader> made(const Audience& audience) {
  return std::make_unique<Reader>(audience);
}

template <const ResourceType& (*type)()>
std::unique_ptr<ResourceReader> made_request(const Audience& audience) {
  return std::make_unique<RequestReader>(type(), audience);
}

std::vector<Endpoint> rows() {
  return {{&user_type(),
           "users",
           {Kind::kPerson},
           nullptr,
           made<UserReader>,
           create_user,
           replace_user,
           patch_user,
           delete_user,
           {},
           {}},
          {&group_type(),
           "groups",
           {Kind::kGroup, Kind::kHabilitation},
           nullptr,
           made<GroupReader>,
           create_group,
           replace_group,
           patch_group,
           delete_group,
           {},
           {}},
          {&structure_type(),
           "structures",
           {Kind::kStructure},
           nullptr,
           made<StructureReader>,
           create_structure,
           replace_structure,
           patch_structure,
           delete_structure,
           {},
           {}},
          {&habilitation_type(),
           "habilitations",
           {Kind::kRequest},
           is_in_force,
           made_request<habilitation_type>,
           create_habilitation,
           replace_habilitation,
           patch_habilitation,
           delete_habilitation,
           {},
           {}},
          // A record is never deleted.
          {&access_request_type(),
           "requests",
           {Kind::kRequest},
           nullptr,
           made_request<access_request_type>,
           create_access_request,
           replace_access_request,
           patch_access_request,
           nullptr,
           {},
           {}}};
}

std::vector<Endpoint> with_methods(std::vector<Endpoint> all) {
  for (Endpoint& each : all) {
    const auto methods = [](std::initializer_list<std::pair<const char*, bool>> more) {
      std::string text = "GET, HEAD";
      for (const auto& [name, allowed] : more) {
        if (allowed) text.append(", ").append(name);
      }
      return text + ", OPTIONS";
    };
    each.collection_methods = methods({{"POST", each.create != nullptr}});
    each.resource_methods = methods({{"PUT", each.replace != nullptr},
                                     {"PATCH", each.patch != nullptr},
                                     {"DELETE", each.remove != nullptr}});
  }
  return all;
}

}  // namespace

const std::vector<Endpoint>& endpoints() {
  static const std::vector<Endpoint> all = with_methods(rows());
  return all;
}

const Endpoint& endpoint(const ResourceType& type) {
  for (const Endpoint& each : endpoints()) {
    if (each.type == &type) return each;
  }
  throw std::logic_error("no endpoint for " + type.name());
}

std::size_t population(const ResourceType& type, const ldap::Mirror::View& view) {
  std::size_t size = 0;
  for (const Kind kind : endpoint(type).kinds) size += view.all(kind).size();
  return size;
}

std::unique_ptr<ResourceReader> make_reader(const ResourceType& type, const Audience& audience) {
  return endpoint(type).reader(audience);
}

bool is_of(const ResourceType& type, const ldap::Record& record) {
  const Endpoint& at = endpoint(type);
  const bool kind = std::find(at.kinds.begin(), at.kinds.end(), record.kind()) != at.kinds.end();
  return kind && (!at.holds || at.holds(record));
}

}  // namespace habilitd::scim
