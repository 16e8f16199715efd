// The messages of /Bulk (RFC 7644 section 3.7): what a request asks for, operation by operation,
// and the answer.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "scim/bulk.h"

namespace habilitd::scim {

struct BulkOperation {
  Method method = Method::kOther;
  std::string method_text, bulk_id, version;  // empty: not given
  std::vector<std::string> path;              // "/Users/bulkId:a" in segments
  Json data;                                  // null: none
  std::optional<Response> refused;            // why it cannot be tried

  bool creates() const { return method == Method::kPost; }
};

struct BulkRequest {
  std::vector<BulkOperation> operations;
  std::size_t most_errors = 0;  // failOnErrors; 0: as many as there are
  // Operations that create, by bulkId; refused ones, too.
  std::map<std::string, std::size_t, std::less<>> by_bulk_id;
};
// Errors: kInvalid with invalidSyntax or invalidValue.
Result<BulkRequest> read_bulk(const Call&, const BulkDoor&, const Json& body);

// What became of one operation.
struct BulkOutcome {
  bool tried = false;
  Response response;
  std::string location;  // permanent URL of what it was about; empty: none

  bool failed() const { return response.status >= 300; }
};
// Operations that were not tried any more are left out.
std::string bulk_response(const BulkRequest&, const std::vector<BulkOutcome>&);

}  // namespace habilitd::scim
