// One directory entry as the mirror keeps it: immutable, compact (one block), shared between readers.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "ldap/connection.h"
#include "ldap/schema.h"

namespace habilitd::ldap {

using NodeId = std::uint32_t;

class Record {
 public:
  // Keeps the attributes of the layout's table; links (member, owner, seeAlso) are kept by the mirror.
  static std::shared_ptr<const Record> from(const Entry&, const EntryUuid&, NodeId, const Layout&);

  const EntryUuid& id() const { return id_; }
  NodeId node() const { return node_; }
  Kind kind() const { return kind_; }
  const std::string& dn() const { return dn_; }

  bool has(Attr) const;
  std::string_view first(Attr) const;  // empty when absent
  std::vector<std::string_view> values(Attr) const;
  bool has_class(std::string_view object_class) const;  // without regard to case
  std::string_view csn() const { return first(Attr::kEntryCsn); }
  std::size_t bytes() const;  // memory it holds

 private:
  friend class Mirror;
  EntryUuid id_;
  NodeId node_ = 0;
  Kind kind_ = Kind::kOther;
  std::string dn_;
  std::string packed_;  // [attr:1][length:varint][bytes]..., in Attr order
};
using RecordPtr = std::shared_ptr<const Record>;

}  // namespace habilitd::ldap
