// A structure's record as a SCIM Structure. The steward is no member here.
#pragma once

#include "scim/resource_reader.h"

namespace habilitd::scim {

class StructureReader : public ResourceReader {
 public:
  explicit StructureReader(const Audience& audience) : ResourceReader(structure_type(), audience) {}

 private:
  std::size_t own_count(const Attribute&) const override;
  Scalar own_get(const Attribute&, std::size_t element, const Attribute* sub) const override;
  void fetch_links(const AttributeSet& wanted) override;
  void forget() override { parent_.ready = managers_.ready = members_.ready = false; }

  // What one attribute links to, read when it is first asked for.
  struct Linked {
    bool ready = false;
    std::vector<ldap::RecordPtr> records;
  };
  const std::vector<ldap::RecordPtr>* linked(const Attribute&) const;
  void read(Linked&, ldap::Link, ldap::Kind) const;

  const StructureAttributes& known_ = structure_attributes();
  mutable Linked parent_, managers_, members_;
};

}  // namespace habilitd::scim
