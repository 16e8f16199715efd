// The one table that drives SCIM (RFC 7643): per resource type its attributes with their
// characteristics (section 2.2) and where the directory keeps them. /Schemas, validation, filter
// typing, projection and the mapping to LDAP all read it; nothing else lists attributes.
#pragma once

#include <bitset>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "ldap/schema.h"

namespace habilitd::scim {

inline constexpr std::string_view kUserUrn = "urn:ietf:params:scim:schemas:core:2.0:User";
inline constexpr std::string_view kGroupUrn = "urn:ietf:params:scim:schemas:core:2.0:Group";
inline constexpr std::string_view kEnterpriseUrn =
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
inline constexpr std::string_view kUserExtensionUrn = "urn:habilitd:scim:schemas:extension:User";
inline constexpr std::string_view kStructureUrn = "urn:habilitd:scim:schemas:core:Structure";
inline constexpr std::string_view kHabilitationUrn = "urn:habilitd:scim:schemas:core:Habilitation";
inline constexpr std::string_view kAccessRequestUrn =
    "urn:habilitd:scim:schemas:core:AccessRequest";

enum class Type : std::uint8_t {
  kString,
  kBoolean,
  kInteger,
  kDecimal,
  kDateTime,
  kBinary,
  kReference,
  kComplex
};
enum class Mutability : std::uint8_t { kReadWrite, kReadOnly, kImmutable, kWriteOnly };
enum class Returned : std::uint8_t { kDefault, kAlways, kNever, kRequest };
enum class Uniqueness : std::uint8_t { kNone, kServer, kGlobal };

// Where a value lives. kLdap: in an LDAP attribute, which stays the truth. kJson: in the JSON
// attribute habScim. kComputed: made by the reader (id, meta, links, externalId, active).
enum class Home : std::uint8_t { kJson, kLdap, kComputed };

// Control characters are refused in every text; these may also hold line breaks, or any form of
// text.
enum class Text : std::uint8_t { kLine, kLines };

struct Attribute {
  std::string name;
  Type type = Type::kString;
  bool multi_valued = false, required = false, case_exact = false;
  Mutability mutability = Mutability::kReadWrite;
  Returned returned = Returned::kDefault;
  Uniqueness uniqueness = Uniqueness::kNone;
  Text text = Text::kLine;
  std::string description;
  std::vector<std::string> canonical_values, reference_types;
  std::vector<Attribute> sub;
  Home home = Home::kJson;
  ldap::Attr ldap = ldap::Attr::kCount;  // with kLdap; kCount: several, the reader knows which

  std::size_t index = 0;  // within its resource type, sub-attributes included

  const Attribute* find_sub(std::string_view sub_name) const;  // without regard to case
  // The sub-attribute that stands for the whole in filters and sorts: "value", or null.
  const Attribute* value_sub() const { return find_sub("value"); }
};

struct Schema {
  std::string id, name, description;
  std::string home_key;  // of an extension within habScim
  std::vector<Attribute> attributes;
  const Attribute* find(std::string_view attribute_name) const;
};

// What a path such as urn:...:User:name.familyName names. Only `schema` is set for a bare extension
// URN.
struct Path {
  const Schema* schema = nullptr;  // null: a common attribute (id, externalId, meta, schemas)
  const Attribute* attribute = nullptr;
  const Attribute* sub = nullptr;
  // The attribute whose type and characteristics count.
  const Attribute& leaf() const { return sub ? *sub : *attribute; }
};

inline constexpr std::size_t kMaxAttributes = 192;
using AttributeSet = std::bitset<kMaxAttributes>;

class ResourceType {
 public:
  struct Options {
    bool external_ids = true;  // clients set externalId; else it is known and always absent
    // Before the entryUUID in the id: where one entry is a resource of two types, their ids differ
    // (RFC 7643 section 3.1: unique across all resources).
    std::string id_prefix;
  };
  ResourceType(std::string name, std::string endpoint, std::string description, Schema core,
               std::vector<Schema> extensions, Options options);
  ResourceType(std::string name, std::string endpoint, std::string description, Schema core,
               std::vector<Schema> extensions);
  ResourceType(const ResourceType&) = delete;  // paths point into it
  ResourceType& operator=(const ResourceType&) = delete;

  const std::string& name() const { return name_; }
  const std::string& endpoint() const { return endpoint_; }  // "/Users"
  const std::string& description() const { return description_; }
  std::string id_of(const EntryUuid& entry) const { return options_.id_prefix + entry.str(); }
  // The entry that an id names; ids are case-exact.
  std::optional<EntryUuid> entry_of(std::string_view id) const;
  const Schema& common() const { return common_; }
  const Schema& core() const { return core_; }
  const std::vector<Schema>& extensions() const { return extensions_; }
  const Schema* schema(std::string_view urn) const;  // core or extension, without regard to case
  // The extension that defines a top-level attribute; null for core and common ones.
  const Schema* extension_of(const Attribute&) const;

  // RFC 7644 section 3.10: attribute, attribute.sub, each also after a schema's URN and ":"; a bare
  // URN of an extension. Letter case does not matter. None: nothing of that name.
  std::optional<Path> resolve(std::string_view path) const;
  // A member of a JSON object that is this resource: a top-level attribute or an extension's URN.
  std::optional<Path> resolve_key(std::string_view key) const;

 private:
  std::string name_, endpoint_, description_;
  Options options_;
  Schema common_, core_;
  std::vector<Schema> extensions_;
};

const ResourceType& user_type();
const ResourceType& group_type();
const ResourceType& structure_type();
const ResourceType& habilitation_type();
const ResourceType& access_request_type();
const std::vector<const ResourceType*>& resource_types();

std::string_view type_name(Type);
std::string_view mutability_name(Mutability);
std::string_view returned_name(Returned);
std::string_view uniqueness_name(Uniqueness);

// ASCII letter case ignored, as attribute names and URNs demand.
bool same_name(std::string_view, std::string_view);

// Words that keep the tables short; each changes one characteristic and hands the attribute on.
Attribute text_attribute(std::string name, std::string description);
Attribute typed_attribute(std::string name, Type, std::string description);
Attribute complex_attribute(std::string name, std::string description, std::vector<Attribute> sub);
// A link to another resource: value (its id), $ref, display. `what`: "the person"; `type`: "User".
// A client sets the value or the $ref; the name is returned on request.
Attribute link_attribute(std::string name, std::string description, const std::string& what,
                         const std::string& type);
Attribute in_ldap(Attribute, ldap::Attr);
Attribute many(Attribute);
Attribute required(Attribute);
Attribute exact(Attribute);
Attribute lines(Attribute);
Attribute unique(Attribute);
Attribute computed(Attribute);
Attribute read_only(Attribute);
Attribute immutable(Attribute);
Attribute write_only(Attribute);
Attribute always(Attribute);
Attribute on_request(Attribute);
Attribute canonical(Attribute, std::vector<std::string>);
Attribute refers(Attribute, std::vector<std::string>);

}  // namespace habilitd::scim
