// Lists: filters, sorting, index paging (RFC 7644 sections 3.4.2 and 3.4.3), all from the mirror.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "scim/call.h"
#include "scim/filter.h"

namespace habilitd::scim {

struct Query {
  std::optional<FilterNode> filter;
  std::optional<Path> sort_by;
  bool descending = false;
  std::size_t start = 1, count = 0;  // one-based; at most max_results
  AttributeSet shown;
};

// From a URL. Errors: kInvalid with invalidFilter, tooMany, invalidPath (sortBy) or invalidValue.
Result<Query> query_from_url(Call&, const ResourceType&);
// From the body of /.search.
Result<Query> query_from_body(Call&, const ResourceType&);

// GET /Users, /Groups and POST /.search: a ListResponse with exact totalResults.
Result<Response> list_resources(Call&, const ResourceType&, const Query&);

}  // namespace habilitd::scim
