#include "scim/order.h"

#include "base/text.h"

namespace habilitd::scim {
namespace {

constexpr std::size_t kMostText = 256;

int compare(const SortKey& a, const SortKey& b) {
  if (a.missing != b.missing) return a.missing ? 1 : -1;
  if (a.number != b.number) return a.number < b.number ? -1 : 1;
  return a.text.compare(b.text);
}

std::size_t sorted_element(const ResourceReader& resource, const Attribute& attribute,
                           std::size_t count) {
  const Attribute* primary = attribute.find_sub("primary");
  for (std::size_t i = 0; primary && i < count; ++i) {
    if (resource.get(attribute, i, primary).flag) return i;
  }
  return 0;
}

bool is_link(const Attribute& attribute) {
  using ldap::Attr;
  return attribute.home == Home::kLdap &&
         (attribute.ldap == Attr::kMember || attribute.ldap == Attr::kOwner ||
          attribute.ldap == Attr::kSeeAlso || attribute.ldap == Attr::kManager);
}

}  // namespace

bool comes_before(const PlaceView& a, const PlaceView& b, bool descending) {
  if (const int order = compare(a.key, b.key); order != 0) return (order < 0) != descending;
  return a.id != b.id ? a.id < b.id : a.part < b.part;
}

SortKey sort_key(const ResourceReader& resource, const Path& path) {
  SortKey key;
  const Attribute& attribute = *path.attribute;
  const std::size_t count = resource.count(attribute);
  if (count == 0) return key;
  const Scalar value =
      resource.get(attribute, sorted_element(resource, attribute, count), path.sub);
  key.missing = !value.present();
  if (value.kind == Scalar::Kind::kText) {
    key.text = path.leaf().case_exact ? std::string(value.text) : fold(value.text);
    if (key.text.size() > kMostText) key.text.resize(kMostText);
  } else if (value.kind == Scalar::Kind::kInstant) {
    key.number = static_cast<double>(value.instant.time_since_epoch().count());
  } else {
    key.number = value.flag ? 1.0 : value.number;
  }
  return key;
}

Path order_of_creation(const ResourceType& type) {
  const CommonAttributes& common = common_attributes(type);
  return {nullptr, common.meta, common.created};
}

bool stands_in_own_record(const ResourceType& type, const Path& path) {
  const CommonAttributes& common = common_attributes(type);
  const Attribute* attribute = path.attribute;
  if (attribute == common.id || attribute == common.external_id || attribute == common.meta ||
      attribute == user_attributes().active) {
    return true;
  }
  // What refers to other resources is read from them; so are the schemas, which tell of extensions.
  return attribute->home != Home::kComputed && !attribute->find_sub("$ref") &&
         !is_link(*attribute) && attribute != common.schemas;
}

}  // namespace habilitd::scim
