// What a list request asks for (RFC 7644 sections 3.4.2 and 3.4.3, RFC 9865), of one resource type
// or, at the root, of several.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "scim/call.h"
#include "scim/filter.h"

namespace habilitd::scim {

struct Query {
  struct Part {
    const ResourceType* type;
    std::optional<FilterNode> filter;
    std::optional<Path> sort_by;  // none: all resources of this type lack it
    AttributeSet shown;
  };
  std::vector<Part> parts;
  bool sorted = false, descending = false;
  std::size_t start = 1, count = 0;   // one-based; at most max_results
  std::optional<std::string> cursor;  // empty: the first page of a walk by cursors
  std::string filter_text, sort_text;

  bool filters() const;     // else it finds all resources of its types
  std::string key() const;  // what is asked, but for the page that is wanted of it
};

// Where it is asked: at one type's endpoint, or at the root, where an attribute that a type lacks
// matches nothing (RFC 7644 section 3.4.2.1).
struct Scope {
  std::vector<const ResourceType*> types;
  bool root = false;
};

// From a URL. Errors: kInvalid with invalidFilter, tooMany, invalidPath (sortBy), invalidValue, or
// invalidCount next to a cursor.
Result<Query> query_from_url(Call&, const Scope&);
// From the body of /.search.
Result<Query> query_from_body(Call&, const Scope&);

}  // namespace habilitd::scim
