// The rows of the User and Group tables that the code treats on their own, looked up once.
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
};
const UserAttributes& user_attributes();

struct GroupAttributes {
  const Attribute *display_name, *members;
  const Attribute *value, *ref, *type, *display;
};
const GroupAttributes& group_attributes();

}  // namespace habilitd::scim
