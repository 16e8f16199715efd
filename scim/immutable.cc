#include "scim/immutable.h"

#include "base/clock.h"
#include "scim/errors.h"
#include "scim/normalise.h"

namespace habilitd::scim {
namespace {

bool same_value(const Attribute& attribute, const Json& a, const Json& b) {
  if (attribute.type == Type::kComplex && a.is_object() && b.is_object()) {
    return linked_id(a) == linked_id(b);
  }
  if (attribute.type == Type::kDateTime && a.is_string() && b.is_string()) {
    const auto x = parse_rfc3339(a.get_ref<const std::string&>());
    const auto y = parse_rfc3339(b.get_ref<const std::string&>());
    return x && y && *x == *y;
  }
  return a == b;
}

}  // namespace

Status check_immutable(const ResourceType& type, const Json& now, const Json& wanted) {
  for (const Attribute& attribute : type.core().attributes) {
    if (attribute.mutability != Mutability::kImmutable) continue;
    const Json* asked = find_value(type, wanted, attribute);
    if (!asked) continue;
    const Json* present = find_value(type, now, attribute);
    if (present && same_value(attribute, *present, *asked)) continue;
    return not_mutable("\"" + attribute.name + "\" is set once and cannot be changed.");
  }
  return done();
}

Result<Siret> read_siret(Json& tree) {
  auto siret = Siret::parse(tree.at("siret").get_ref<const std::string&>());
  if (!siret) {
    return invalid_value(
        "\"siret\" is not a SIRET: 14 digits, the last of which checks the others.");
  }
  tree["siret"] = siret->str();
  return siret;
}

}  // namespace habilitd::scim
