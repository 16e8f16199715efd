// POST /Bulk (RFC 7644 section 3.7): many operations in one request. Each goes through the same
// door as a request of its own, so that what may be done, and what it does, is decided there.
//
// The order is the client's, except that what an operation refers to by bulkId is made first. Of
// resources that refer to each other in a circle, the first is made without the reference, which is
// added once the other exists; when that fails it is taken back. Neighbouring creations that know
// nothing of each other happen at the same time.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "scim/call.h"

namespace habilitd::scim {

// The way from an operation to the service. Both are called from several threads at once, and
// neither throws.
struct BulkDoor {
  using Segments = std::vector<std::string>;
  // What can be said before anything else is looked at: a path that is none of a resource (or, for
  // POST, of a type), or something the client may not do.
  std::function<std::optional<Response>(Method, const Segments&)> refuse;
  std::function<Response(const Request&, const Segments&)> run;
};

// Errors: kInvalid with invalidSyntax or invalidValue for the message as a whole; what is wrong
// with an operation is said in its place. 413 (limits) is answered before anything runs.
Result<Response> run_bulk(const Call&, const BulkDoor&);

}  // namespace habilitd::scim
