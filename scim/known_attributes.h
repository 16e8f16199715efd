// The rows of the tables that the code treats on their own, looked up once.
#pragma once

#include "scim/schema.h"

namespace habilitd::scim {

struct CommonAttributes {
  const Attribute *schemas, *id, *external_id, *meta;
  const Attribute *resource_type, *created, *last_modified, *location, *version;
};
const CommonAttributes& common_attributes(const ResourceType&);

struct UserAttributes {
  const Attribute *user_name, *formatted, *family_name, *given_name, *name, *display_name, *active,
      *password, *emails, *phone_numbers, *groups, *manager;
  const Attribute *group_value, *group_ref, *group_display, *group_type;
  const Attribute *manager_value, *manager_ref, *manager_name;
  const Attribute *structures, *structure_value, *structure_ref, *structure_siret,
      *structure_display, *structure_manager;
  const Attribute *habilitations, *held_value, *held_ref, *held_application, *held_role,
      *held_siret, *held_display, *held_until, *source;
};
const UserAttributes& user_attributes();

struct GroupAttributes {
  const Attribute *display_name, *members;
  const Attribute *value, *ref, *type, *display;
};
const GroupAttributes& group_attributes();

struct StructureAttributes {
  const Attribute *siret, *display_name, *active, *parent, *managers, *members;
};
const StructureAttributes& structure_attributes();

// Habilitation and AccessRequest; null where the type has no such attribute.
struct RequestAttributes {
  const Attribute *person, *structure, *justification, *until, *since, *due, *direct, *granted_by,
      *requested_by, *request, *decision, *history;
};
const RequestAttributes& request_attributes(const ResourceType&);

}  // namespace habilitd::scim
