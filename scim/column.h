// The values of one attribute, of every resource of a type, side by side and ready to be compared:
// a filter that no index answers reads along them instead of taking everybody's record apart.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "ldap/record.h"
#include "scim/accessor.h"

namespace habilitd::scim {

class ResourceReader;

class Column {
 public:
  // Can there be one? Of attributes that stand in a resource's own record, are the same for every
  // client, and are texts, booleans or instants.
  static bool suits(const ResourceType&, const Path&);

  explicit Column(const Path& path);
  // Of columns of the same path that have different nodes; takes no more memory than it needs.
  Column(const Path& path, const std::vector<Column>& pieces);

  // As Accessor::count() and get() would say of the resource at that node, but texts are folded
  // unless the attribute is case-exact. 0 elements: unassigned, or no resource of the type.
  std::size_t count(ldap::NodeId node) const { return take_number(at(node)).value; }
  Scalar get(ldap::NodeId node, std::size_t element) const {
    Scalar found;
    std::size_t index = 0;
    any(node, [&](const Scalar& value) {
      found = value;
      return index++ == element;
    });
    return found;
  }
  // Does test(value) hold of one of the elements? Absent ones are asked, too.
  template <class Test>
  bool any(ldap::NodeId node, const Test& test) const {
    return any_stored(node, [&](const std::string_view* stored) {
      return test(stored ? scalar(*stored) : Scalar());
    });
  }
  // The same of texts, without the absent ones.
  bool has_texts() const { return has_texts_; }
  template <class Test>
  bool any_text(ldap::NodeId node, const Test& test) const {
    return any_stored(node, [&](const std::string_view* text) { return text && test(*text); });
  }

  // Asks the memory for what will be looked at soon.
  void expect(ldap::NodeId node) const { __builtin_prefetch(at(node)); }

  // The reader stands on the node's record.
  void put(ldap::NodeId, const ResourceReader&);
  void clear(ldap::NodeId node) {
    if (node < places_.size()) places_[node] = 0;
  }
  std::size_t bytes() const { return values_.size() + places_.size() * sizeof(std::uint32_t); }

 private:
  static constexpr std::uint32_t kAbsent = 0xffff'ffff;
  struct Number {
    std::uint32_t value;
    const char* behind;
  };
  static Number take_number(const char* from) {
    Number number{0, from + sizeof number.value};
    std::memcpy(&number.value, from, sizeof number.value);
    return number;
  }
  // test(null) for an absent element.
  template <class Test>
  bool any_stored(ldap::NodeId node, const Test& test) const {
    Number count = take_number(at(node));
    for (const char* next = count.behind; count.value > 0; --count.value) {
      const Number size = take_number(next);
      const bool absent = size.value == kAbsent;
      next = size.behind + (absent ? 0 : size.value);
      const std::string_view stored(size.behind, absent ? 0 : size.value);
      if (test(absent ? nullptr : &stored)) return true;
    }
    return false;
  }
  const char* at(ldap::NodeId node) const {
    return values_.data() + (node < places_.size() ? places_[node] : 0);
  }
  void add(const Column& piece);
  Scalar scalar(std::string_view stored) const;
  void append_number(std::size_t);
  void append(const Scalar&);

  Path path_;
  bool has_texts_;
  std::vector<std::uint32_t> places_;  // by node; 0: nothing
  std::string values_;  // from each place on: count, then size and bytes of each element
};

}  // namespace habilitd::scim
