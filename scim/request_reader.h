// A request entry as a Habilitation or as an AccessRequest. What LDAP attributes hold is read as it
// is; texts and history stand in habRecord, which is parsed when it is first asked for.
#pragma once

#include <optional>

#include "scim/resource_reader.h"
#include "workflow/request_record.h"

namespace habilitd::scim {

class RequestReader : public ResourceReader {
 public:
  RequestReader(const ResourceType& type, const Audience& audience)
      : ResourceReader(type, audience), known_(request_attributes(type)) {}

 private:
  std::size_t own_count(const Attribute&) const override;
  Scalar own_get(const Attribute&, std::size_t element, const Attribute* sub) const override;
  void fetch_links(const AttributeSet& wanted) override;
  void forget() override;

  const workflow::RequestRecord* parsed() const;  // null: unreadable
  const ldap::RecordPtr& person() const;          // null: gone
  const ldap::RecordPtr& structure() const;
  const workflow::Event* granted() const;
  Scalar person_scalar(const Attribute& sub) const;
  Scalar actor_scalar(const workflow::Event*, const Attribute& sub) const;
  Scalar event_scalar(const workflow::Event&, const Attribute& sub) const;
  Scalar since() const;
  Scalar stored(const Attribute&) const;

  const RequestAttributes& known_;
  mutable bool parsed_ready_ = false, person_ready_ = false, structure_ready_ = false;
  mutable std::optional<workflow::RequestRecord> parsed_;
  mutable ldap::RecordPtr person_, structure_;
};

}  // namespace habilitd::scim
