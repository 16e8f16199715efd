// An Accessor over a resource as a JSON tree with canonical names (what normalise() returns). PATCH
// matches value filters with it.
#pragma once

#include "base/json.h"
#include "scim/accessor.h"

namespace habilitd::scim {

class JsonReader : public Accessor {
 public:
  // Both must outlive the reader.
  JsonReader(const ResourceType& type, const Json& resource) : type_(type), resource_(resource) {}
  std::size_t count(const Attribute&) const override;
  Scalar get(const Attribute&, std::size_t element, const Attribute* sub) const override;

 private:
  const Json* find(const Attribute&) const;
  const ResourceType& type_;
  const Json& resource_;
};

}  // namespace habilitd::scim
