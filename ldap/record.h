// One directory entry as the mirror keeps it: immutable, compact, shared between readers.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "ldap/connection.h"
#include "ldap/schema.h"

namespace habilitd::ldap {

// A name in the mirror: an entry, or something only links point to. The mirror may give a number
// that is no longer used to another name: keep one only as long as Mirror::changes() stays the
// same.
using NodeId = std::uint32_t;

class Record {
 public:
  // Keeps the attributes of the layout's table, except links (member, owner, seeAlso, manager: kept
  // by the mirror) and entryUUID (it is id()). For single entries: it reads the layout each time.
  static std::shared_ptr<const Record> from(const Entry&, const EntryUuid&, NodeId, const Layout&);

  // For the mirror, which has the parts: `packed` as pack() writes it, in Attr order.
  struct Parts {
    EntryUuid id;
    NodeId node = 0;
    Kind kind = Kind::kOther;
    std::string dn, packed;
  };
  explicit Record(Parts);
  static void pack(std::string& packed, Attr, std::string_view value);
  bool same_as(const Parts&) const;
  const std::string& packed() const { return packed_; }

  const EntryUuid& id() const { return id_; }
  NodeId node() const { return node_; }
  Kind kind() const { return kind_; }
  const std::string& dn() const { return dn_; }

  // Calls use(attr, value) for each value in Attr order until it answers false.
  template <class Use>
  void each(Use&& use) const {
    const char* at = packed_.data();
    const char* const end = at + packed_.size();
    while (at < end) {
      const auto attr = static_cast<Attr>(*at++);
      const std::size_t length = take_length(at);
      if (!use(attr, std::string_view(at, length))) return;
      at += length;
    }
  }
  bool has(Attr) const;
  std::string_view first(Attr) const;  // empty when absent
  std::vector<std::string_view> values(Attr) const;
  bool has_class(std::string_view object_class) const;  // without regard to case
  std::string_view csn() const { return first(Attr::kEntryCsn); }
  std::size_t bytes() const;  // memory it holds

 private:
  // Little-endian groups of seven bits; moves `at` behind them.
  static std::size_t take_length(const char*& at) {
    std::size_t length = 0;
    for (unsigned shift = 0;; shift += 7) {
      const auto byte = static_cast<unsigned char>(*at++);
      length |= static_cast<std::size_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return length;
    }
  }

  EntryUuid id_;
  NodeId node_ = 0;
  Kind kind_ = Kind::kOther;
  std::string dn_;
  std::string packed_;  // [attr:1][length:varint][bytes]..., in Attr order
};
using RecordPtr = std::shared_ptr<const Record>;

}  // namespace habilitd::ldap
