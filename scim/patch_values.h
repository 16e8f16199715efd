// Lists of values in PATCH, compared without comparing each with each: a client may send, and a
// resource hold, tens of thousands.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "base/json.h"

namespace habilitd::scim {

// Values that name others by some of their members: an element fits a pattern when it has all the
// members of the pattern. The list must outlive it.
class Patterns {
 public:
  explicit Patterns(const Json& list);
  // Does the element fit one of them?
  bool any_fits(const Json& element) const;
  // Of each pattern in the list: does one of the elements fit it?
  std::vector<bool> found_in(const Json& elements) const;

 private:
  // Places in the list, of patterns with the same members by what these are.
  using Places = std::map<Json, std::vector<std::size_t>>;

  std::size_t size_;
  std::map<std::vector<std::string>, Places> shapes_;
};

// Adds each value of `given` to the list (RFC 7644 section 3.5.2.1): one that a value of the list
// has in it changes nothing; one of the same type and value as another is the same (RFC 7643
// section 2.4), whose other parts it sets. What is added stands at the end.
void add_values(Json& list, Json given);

}  // namespace habilitd::scim
