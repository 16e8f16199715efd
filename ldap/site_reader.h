// What an entry means on this site: which attribute is which, what kind of entry it is, where its
// links point. Built once per layout; thread-safe afterwards.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ldap/entry_view.h"
#include "ldap/mirror.h"
#include "ldap/schema.h"

namespace habilitd::ldap {

inline constexpr std::size_t kLinkCount = 4;  // enum Link

class SiteReader {
 public:
  explicit SiteReader(const Layout&);

  // An entry's attributes in a form for Record (see there), and where the values of its links are.
  struct Reading {
    Kind kind = Kind::kOther;
    std::string packed;
    std::array<std::vector<std::string_view>, kLinkCount> links;
  };
  // `key` is name_key(entry.dn). `out` keeps its memory from call to call.
  void read(const EntryView& entry, std::string_view key, Reading& out) const;

  // Kind by place and object classes. The most specific base that holds the entry decides; where
  // several kinds share it, the object class does. A base itself is kOther.
  Kind kind_of(std::string_view key, const std::vector<std::string_view>& classes) const;

  const std::string& steward_key() const { return steward_key_; }

 private:
  struct Name {
    std::string name;  // lower case
    Attr attr;
  };
  struct Place {
    std::string base;  // name_key
    std::string object_class;
    Kind kind;
  };
  void add_place(const Dn& base, std::string object_class, Kind);
  // Every Attr of that name (a site may use one attribute for two purposes).
  template <class Use>
  void each_attr(std::string_view name, Use&& use) const;

  std::vector<Name> names_;    // sorted by length, then text
  std::vector<Place> places_;  // most specific first
  std::string steward_key_;
};

// Equality without regard to ASCII case.
bool same_text(std::string_view, std::string_view);

}  // namespace habilitd::ldap
