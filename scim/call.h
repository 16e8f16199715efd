// One authorised request on its way through the service, and what all its handlers share: bodies,
// look-ups, answers.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/http.h"
#include "base/json.h"
#include "scim/dialect.h"
#include "scim/resource_reader.h"
#include "scim/server.h"

namespace habilitd::scim {

struct Call {
  Call(workflow::Services&, const Settings&, const Request&, const workflow::Client&);

  workflow::Services& services;
  const Settings& settings;
  const Request& request;
  const workflow::Client& client;
  Tolerance tolerance;
  Audience audience;
  bool own = false;  // of a person about herself, through /Me
  std::string txn;   // of an asynchronous request, for its events; empty: each has its own

  const ldap::Layout& layout() const { return services.directory.layout(); }
  const std::string* query(std::string_view name) const { return find(request.target.query, name); }
};

// The body as JSON. Errors: those of parse_json().
Result<Json> read_body(const Call&);

// Both by the table of scim/endpoints.h.
std::unique_ptr<ResourceReader> make_reader(const ResourceType&, const Audience&);
bool is_of(const ResourceType&, const ldap::Record&);
// By the id of a URL, which is case-exact; kNotFound, also for what the client may not see.
Result<ldap::RecordPtr> find_resource(const Call&, const ldap::Mirror::View&, const ResourceType&,
                                      std::string_view id);
// The resource with the links of `wanted` kept; the view is let go.
Result<std::unique_ptr<ResourceReader>> read_resource(const Call&, const ResourceType&,
                                                      std::string_view id,
                                                      const AttributeSet& wanted);

// What the URL's attributes and excludedAttributes ask for.
Result<AttributeSet> asked_projection(const Call&, const ResourceType&);

inline constexpr const char* kContentType = "application/scim+json; charset=utf-8";
Response json_response(int status, std::string body);
// The resource with ETag, and Location when it was asked for or made.
Response resource_response(const ResourceReader&, const AttributeSet& shown, int status);
// Without a body: ETag and Location only.
Response no_content(const ResourceReader&);
// After a write: the resource from the mirror, which has seen it.
Result<Response> written_response(const Call&, const ResourceType&, const EntryUuid&, int status);
// After a PATCH: 204 when the client wants no body, or when the resource holds very many of what
// `members` names and nobody asked for them; else the resource. `members` null: never big.
Result<Response> patched_response(const Call&, const ResourceType&, const EntryUuid&,
                                  const Attribute* members);
Response deleted_response();
// Did the client ask for no body (RFC 7240: return=minimal)?
bool wants_no_body(const Call&);

// Waits until the mirror has a version that did not come through Directory's own wait (a password).
void wait_for_mirror(const Call&, const ldap::Written&);
// A version moved between reading and writing: waits for the mirror to hear of it, and says whether
// another try is worth it.
class Retry {
 public:
  explicit Retry(const Call& call) : call_(call) {}
  void start();              // before the mirror is read
  bool again(const Error&);  // after a refused write
 private:
  const Call& call_;
  std::uint64_t seen_ = 0;
  int tries_ = 0;
};

}  // namespace habilitd::scim
