// Lists: filters, sorting, paging by index and by cursor (RFC 7644 sections 3.4.2 and 3.4.3, RFC
// 9865), all from the mirror.
#pragma once

#include "scim/cursor.h"
#include "scim/list_cache.h"

namespace habilitd::scim {

struct ListPage;

class Lists {
 public:
  explicit Lists(const Settings& settings)
      : cursors_(settings.cursor_secret, settings.cursor_timeout) {}

  // GET of a type or of the root, and POST /.search: a ListResponse with exact totalResults.
  // Errors: kInvalid with tooMany, invalidCursor, expiredCursor or invalidCount.
  //
  // A walk by cursors without sortBy meets everybody once who is there all the while: its order,
  // creation, never changes. With sortBy that holds for those whose sorted value stays.
  Result<Response> answer(Call&, const Query&);

 private:
  Status find_page(Call&, const Query&, const ldap::Mirror::View&, ListPage&);

  Cursors cursors_;
  ListCache cache_;
};

}  // namespace habilitd::scim
