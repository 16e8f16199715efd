// How filters, sorting, projection and rendering see a resource: attribute by attribute, without a
// JSON tree. Implemented over mirror records (user_reader.h, group_reader.h) and over JSON
// (json_reader.h).
#pragma once

#include <cstddef>
#include <string_view>

#include "base/clock.h"
#include "scim/schema.h"

namespace habilitd::scim {

// One simple value. `text` lives as long as the accessor stays on the same resource.
struct Scalar {
  enum class Kind { kAbsent, kText, kBool, kNumber, kInstant };
  Kind kind = Kind::kAbsent;
  std::string_view text;  // kText; kNumber as it is written
  bool flag = false;
  double number = 0;
  Instant instant{};

  bool present() const { return kind != Kind::kAbsent; }
  static Scalar of(std::string_view value) {
    Scalar scalar;
    if (!value.empty()) scalar.kind = Kind::kText;
    scalar.text = value;
    return scalar;
  }
  static Scalar of_bool(bool value) {
    Scalar scalar;
    scalar.kind = Kind::kBool;
    scalar.flag = value;
    return scalar;
  }
  static Scalar of_instant(Instant value) {
    Scalar scalar;
    scalar.kind = Kind::kInstant;
    scalar.instant = value;
    return scalar;
  }
};

class Accessor {
 public:
  virtual ~Accessor() = default;
  // Number of values: 0 when unassigned, 1 for a single-valued attribute that has a value. A
  // complex attribute may count 1 and still have no present sub-attribute.
  virtual std::size_t count(const Attribute&) const = 0;
  // A value; `sub` null: the simple attribute itself. Precondition: element < count(attribute).
  virtual Scalar get(const Attribute&, std::size_t element, const Attribute* sub) const = 0;

 protected:
  Accessor() = default;
  Accessor(const Accessor&) = default;
  Accessor& operator=(const Accessor&) = default;
};

}  // namespace habilitd::scim
