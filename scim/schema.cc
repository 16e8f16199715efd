#include "scim/schema.h"

#include <algorithm>
#include <stdexcept>

namespace habilitd::scim {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// RFC 7643 section 3.1: what every resource has, outside any schema.
Schema common_schema(bool external_ids) {
  Schema schema;
  schema.attributes.push_back(always(
      exact(many(read_only(typed_attribute("schemas", Type::kReference, "URIs of the schemas"))))));
  schema.attributes.push_back(always(exact(read_only(unique(text_attribute("id", "Identifier"))))));
  Attribute external_id =
      computed(exact(text_attribute("externalId", "The client's own identifier")));
  schema.attributes.push_back(external_ids ? std::move(external_id)
                                           : read_only(std::move(external_id)));
  schema.attributes.push_back(read_only(complex_attribute(
      "meta", "Resource metadata",
      {read_only(exact(text_attribute("resourceType", "Name of the resource type"))),
       read_only(typed_attribute("created", Type::kDateTime, "When it was created")),
       read_only(typed_attribute("lastModified", Type::kDateTime, "When it was last changed")),
       read_only(exact(typed_attribute("location", Type::kReference, "URI of the resource"))),
       read_only(exact(text_attribute("version", "Version, as in the ETag header")))})));
  return schema;
}

void number(Schema& schema, std::size_t& next) {
  for (Attribute& attribute : schema.attributes) {
    attribute.index = next++;
    for (Attribute& sub : attribute.sub) sub.index = next++;
  }
  if (next > kMaxAttributes) throw std::logic_error("kMaxAttributes is too small");
}

std::optional<Path> resolve_in(const Schema& schema, std::string_view path, bool is_common) {
  const std::size_t dot = path.find('.');
  const Attribute* attribute = schema.find(path.substr(0, dot));
  if (!attribute) return std::nullopt;
  Path found{is_common ? nullptr : &schema, attribute, nullptr};
  if (dot == std::string_view::npos) return found;
  found.sub = attribute->find_sub(path.substr(dot + 1));
  if (!found.sub) return std::nullopt;
  return found;
}

bool starts_with_urn(std::string_view path, std::string_view urn) {
  return path.size() >= urn.size() && same_name(path.substr(0, urn.size()), urn) &&
         (path.size() == urn.size() || path[urn.size()] == ':');
}

}  // namespace

bool same_name(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                            [](char x, char y) { return lower(x) == lower(y); });
}

const Attribute* Attribute::find_sub(std::string_view sub_name) const {
  for (const Attribute& candidate : sub) {
    if (same_name(candidate.name, sub_name)) return &candidate;
  }
  return nullptr;
}

const Attribute* Schema::find(std::string_view attribute_name) const {
  for (const Attribute& candidate : attributes) {
    if (same_name(candidate.name, attribute_name)) return &candidate;
  }
  return nullptr;
}

ResourceType::ResourceType(std::string name, std::string endpoint, std::string description,
                           Schema core, std::vector<Schema> extensions)
    : ResourceType(std::move(name), std::move(endpoint), std::move(description), std::move(core),
                   std::move(extensions), Options()) {}

ResourceType::ResourceType(std::string name, std::string endpoint, std::string description,
                           Schema core, std::vector<Schema> extensions, Options options)
    : name_(std::move(name)),
      endpoint_(std::move(endpoint)),
      description_(std::move(description)),
      options_(std::move(options)),
      common_(common_schema(options_.external_ids)),
      core_(std::move(core)),
      extensions_(std::move(extensions)) {
  std::size_t next = 0;
  number(common_, next);
  number(core_, next);
  for (Schema& extension : extensions_) number(extension, next);
}

std::optional<EntryUuid> ResourceType::entry_of(std::string_view id) const {
  if (!id.starts_with(options_.id_prefix)) return std::nullopt;
  const auto parsed = EntryUuid::parse(id.substr(options_.id_prefix.size()));
  return parsed ? std::optional(*parsed) : std::nullopt;
}

const Schema* ResourceType::schema(std::string_view urn) const {
  if (same_name(core_.id, urn)) return &core_;
  for (const Schema& extension : extensions_) {
    if (same_name(extension.id, urn)) return &extension;
  }
  return nullptr;
}

const Schema* ResourceType::extension_of(const Attribute& attribute) const {
  for (const Schema& extension : extensions_) {
    const auto& list = extension.attributes;
    if (!list.empty() && attribute.index >= list.front().index &&
        attribute.index <= list.back().index) {
      return &extension;
    }
  }
  return nullptr;
}

std::optional<Path> ResourceType::resolve(std::string_view path) const {
  for (const Schema& extension : extensions_) {
    if (!starts_with_urn(path, extension.id)) continue;
    if (path.size() == extension.id.size()) return Path{&extension, nullptr, nullptr};
    return resolve_in(extension, path.substr(extension.id.size() + 1), false);
  }
  if (starts_with_urn(path, core_.id) && path.size() > core_.id.size()) {
    path.remove_prefix(core_.id.size() + 1);
  }
  if (auto found = resolve_in(core_, path, false)) return found;
  return resolve_in(common_, path, true);
}

std::optional<Path> ResourceType::resolve_key(std::string_view key) const {
  auto path = resolve(key);
  if (path && path->sub) return std::nullopt;
  return path;
}

const std::vector<const ResourceType*>& resource_types() {
  static const std::vector<const ResourceType*> types{
      &user_type(), &group_type(), &structure_type(), &habilitation_type(), &access_request_type()};
  return types;
}

std::string_view type_name(Type type) {
  constexpr std::string_view kNames[] = {"string",   "boolean", "integer",   "decimal",
                                         "dateTime", "binary",  "reference", "complex"};
  return kNames[static_cast<std::size_t>(type)];
}

std::string_view mutability_name(Mutability mutability) {
  constexpr std::string_view kNames[] = {"readWrite", "readOnly", "immutable", "writeOnly"};
  return kNames[static_cast<std::size_t>(mutability)];
}

std::string_view returned_name(Returned returned) {
  constexpr std::string_view kNames[] = {"default", "always", "never", "request"};
  return kNames[static_cast<std::size_t>(returned)];
}

std::string_view uniqueness_name(Uniqueness uniqueness) {
  constexpr std::string_view kNames[] = {"none", "server", "global"};
  return kNames[static_cast<std::size_t>(uniqueness)];
}

Attribute text_attribute(std::string name, std::string description) {
  return typed_attribute(std::move(name), Type::kString, std::move(description));
}

Attribute typed_attribute(std::string name, Type type, std::string description) {
  Attribute attribute;
  attribute.name = std::move(name);
  attribute.type = type;
  attribute.description = std::move(description);
  return attribute;
}

Attribute complex_attribute(std::string name, std::string description, std::vector<Attribute> sub) {
  Attribute attribute = typed_attribute(std::move(name), Type::kComplex, std::move(description));
  attribute.sub = std::move(sub);
  return attribute;
}

Attribute link_attribute(std::string name, std::string description, const std::string& what,
                         const std::string& type) {
  Attribute reference = refers(text_attribute("$ref", "URI of " + what), {type});
  return computed(
      complex_attribute(std::move(name), std::move(description),
                        {computed(exact(text_attribute("value", "Identifier of " + what))),
                         immutable(computed(std::move(reference))),
                         on_request(read_only(text_attribute("display", "Name of " + what)))}));
}

Attribute in_ldap(Attribute attribute, ldap::Attr home) {
  attribute.home = Home::kLdap;
  attribute.ldap = home;
  return attribute;
}

Attribute many(Attribute attribute) {
  attribute.multi_valued = true;
  return attribute;
}

Attribute required(Attribute attribute) {
  attribute.required = true;
  return attribute;
}

Attribute exact(Attribute attribute) {
  attribute.case_exact = true;
  return attribute;
}

Attribute lines(Attribute attribute) {
  attribute.text = Text::kLines;
  return attribute;
}

Attribute unique(Attribute attribute) {
  attribute.uniqueness = Uniqueness::kServer;
  return attribute;
}

Attribute computed(Attribute attribute) {
  attribute.home = Home::kComputed;
  return attribute;
}

Attribute read_only(Attribute attribute) {
  attribute.mutability = Mutability::kReadOnly;
  return computed(std::move(attribute));
}

Attribute immutable(Attribute attribute) {
  attribute.mutability = Mutability::kImmutable;
  return attribute;
}

Attribute write_only(Attribute attribute) {
  attribute.mutability = Mutability::kWriteOnly;
  attribute.returned = Returned::kNever;
  return computed(std::move(attribute));
}

Attribute always(Attribute attribute) {
  attribute.returned = Returned::kAlways;
  return attribute;
}

Attribute on_request(Attribute attribute) {
  attribute.returned = Returned::kRequest;
  return attribute;
}

Attribute canonical(Attribute attribute, std::vector<std::string> values) {
  attribute.canonical_values = std::move(values);
  return attribute;
}

Attribute refers(Attribute attribute, std::vector<std::string> types) {
  attribute.type = Type::kReference;
  attribute.case_exact = true;
  attribute.reference_types = std::move(types);
  return attribute;
}

}  // namespace habilitd::scim
