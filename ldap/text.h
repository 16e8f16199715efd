// Typed text for the directory: names, filters and attribute names that are well-formed by
// construction. Two grammars, two quoting functions (RFC 4514 for names, RFC 4515 for filters).
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace habilitd::ldap {

// An attribute description: a literal in code, or checked text from settings (RFC 4512
// section 2.5).
class AttrName {
 public:
  consteval AttrName(const char* literal)
      : literal_(literal) {}  // NOLINT(google-explicit-constructor)
  static Result<AttrName> parse(std::string_view);
  std::string str() const {
    return literal_ ? std::string(literal_) : std::string(text_.begin(), text_.end());
  }

 private:
  explicit AttrName(std::string_view text) : text_(text.begin(), text.end()) {}
  const char* literal_ = nullptr;
  std::vector<char> text_;  // not a string: an empty one cannot be part of a constant in g++ 12
};

class Dn {
 public:
  Dn() = default;  // the root DSE
  static Result<Dn> parse(std::string_view);
  // attribute=value,parent with the value quoted.
  static Dn child(const AttrName& attribute, std::string_view value, const Dn& parent);

  const std::string& str() const { return text_; }
  bool empty() const { return text_.empty(); }
  Dn parent() const;
  std::string rdn() const;

 private:
  explicit Dn(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

// Equality key of a DN: attribute types and values folded, white space collapsed, multi-valued RDNs
// sorted. Cheap for plain ASCII names. For joining entries with member values; people are compared
// by entryUUID.
std::string dn_key(std::string_view dn);
// Does the entry stand under `base` (or is it)? Both as dn_key().
bool is_under(std::string_view entry_key, std::string_view base_key);

class Filter {
 public:
  static Filter equals(const AttrName&, std::string_view value);
  static Filter present(const AttrName&);
  static Filter any_entry();  // (objectClass=*)
  friend Filter operator&(const Filter&, const Filter&);
  friend Filter operator|(const Filter&, const Filter&);
  friend Filter operator!(const Filter&);
  const std::string& str() const { return text_; }

 private:
  explicit Filter(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

}  // namespace habilitd::ldap
