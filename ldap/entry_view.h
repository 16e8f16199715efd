// An entry as it arrives, without copies: everything points into the message that carried it.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/ids.h"

namespace habilitd::ldap {

struct EntryView {
  struct Attribute {
    std::string_view name;
    std::uint32_t begin, end;  // its values: values[begin..end)
  };
  std::string_view dn;
  EntryUuid id;
  std::vector<Attribute> attributes;
  std::vector<std::string_view> values;

  std::span<const std::string_view> of(const Attribute& attribute) const {
    return std::span(values).subspan(attribute.begin, attribute.end - attribute.begin);
  }
  // The first value of an attribute by its exact name; empty when there is none.
  std::string_view first(std::string_view name) const {
    for (const Attribute& attribute : attributes) {
      if (attribute.name == name && attribute.begin < attribute.end) return values[attribute.begin];
    }
    return {};
  }
  // How many values an attribute has, by its exact name.
  std::size_t count(std::string_view name) const {
    for (const Attribute& attribute : attributes) {
      if (attribute.name == name) return attribute.end - attribute.begin;
    }
    return 0;
  }
  // For use with the next entry; gives back what an extraordinary group needed.
  void clear() {
    constexpr std::size_t kUsual = 4096;
    if (values.capacity() > kUsual) std::vector<std::string_view>().swap(values);
    attributes.clear();
    values.clear();
    dn = {};
    id = {};
  }
};

}  // namespace habilitd::ldap
