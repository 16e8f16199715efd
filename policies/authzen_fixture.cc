#include "policies/authzen_fixture.h"

namespace habilitd::policies {

namespace {

constexpr std::string_view kActions = "actions";

const Json* entities_of_type(const Policy& policy, const std::string& type) {
  if (type == kActions) return nullptr;
  const auto it = policy.entities.find(type);
  return it == policy.entities.end() ? nullptr : &*it;
}

Json attributes_of(const Policy& policy, std::string_view kind, const AuthzenEntity& entity) {
  const Json* members = entities_of_type(policy, entity.type);
  if (members == nullptr || !members->contains(entity.id)) return nullptr;
  Json attributes = members->at(entity.id);
  add_trusted(policy, kind, entity.properties, attributes);
  attributes["type"] = entity.type;
  attributes["id"] = entity.id;
  return attributes;
}

}  // namespace

Facts fixture_facts(const Policy& policy, const AuthzenQuery& query) {
  Json action = query.action_properties;
  action["name"] = query.action;
  return {{"subject", attributes_of(policy, "subject", query.subject)},
          {"resource", attributes_of(policy, "resource", query.resource)},
          {"action", std::move(action)},
          {"context", query.context}};
}

Decision decide_fixture(const Policy& policy, const AuthzenQuery& query) {
  return decide(policy, query.action, fixture_facts(policy, query));
}

std::vector<std::string> fixture_candidates(const Policy& policy, const AuthzenSearch& search) {
  std::vector<std::string> out;
  if (search.kind == SearchKind::kAction) {
    const auto it = policy.entities.find(kActions);
    if (it != policy.entities.end()) out = it->get<std::vector<std::string>>();
    return out;
  }
  const auto& type =
      search.kind == SearchKind::kSubject ? search.query.subject.type : search.query.resource.type;
  if (const Json* members = entities_of_type(policy, type)) {
    for (const auto& [id, ignored] : members->items()) out.push_back(id);
  }
  return out;
}

}  // namespace habilitd::policies
