// A SCIM service on a real directory, spoken to in process: requests as text, answers as JSON.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/json.h"
#include "scim/server.h"
#include "tests/support/site.h"
#include "tests/support/slapd.h"

namespace habilitd::scim::tests {

struct Answer {
  Response response;
  int status() const { return response.status; }
  Json json() const;  // null when there is no body
  std::string header(const char* name) const;
  // The value at a JSON Pointer, null when there is none.
  Json at(const std::string& pointer) const;
  std::string scim_type() const;
};

class Provider {
 public:
  Provider();  // on the shared slapd, emptied
  ~Provider();

  // `line`: "GET /Users?count=1", below /scim/v2. `headers`: "If-Match: ...".
  Answer ask(const std::string& line, const std::string& body = {},
             const std::vector<std::string>& headers = {});
  Answer ask(const std::string& line, const char* body,
             const std::vector<std::string>& headers = {}) {
    return ask(line, std::string(body), headers);
  }
  Answer ask(const std::string& line, const Json& body,
             const std::vector<std::string>& headers = {}) {
    return ask(line, dump(body), headers);
  }
  // The next requests come from a client of that dialect, or of these scopes. Its id stays the
  // same.
  void speak(const std::string& dialect) { client_.dialect = dialect; }
  workflow::Client& client() { return client_; }
  void anonymous(bool yes) { anonymous_ = yes; }

  // The id of a new resource; fails the test when it is not made.
  std::string user(const std::string& user_name, Json more = Json::object());
  std::string group(const std::string& name, const std::vector<std::string>& members = {});
  // By the rootdn; returns once the mirror has seen it.
  void load(const std::string& ldif);

  ldap::Directory& directory() { return site_->directory(); }
  workflow::Services& services() { return *services_; }
  Metrics& metrics() { return site_->metrics(); }
  std::string logged() const { return site_->logged(); }
  const habilitd::tests::Slapd& slapd() const { return slapd_; }
  Server& server() { return *server_; }

 private:
  const habilitd::tests::Slapd& slapd_;
  std::string folder_;
  SystemClock clock_;
  std::unique_ptr<habilitd::tests::Site> site_;
  std::unique_ptr<workflow::Catalogue> catalogue_;
  std::unique_ptr<workflow::Audit> audit_;
  std::unique_ptr<workflow::Services> services_;
  std::unique_ptr<Server> server_;
  workflow::Client client_;
  bool anonymous_ = false;
};

// A conversation as a table: one exchange a row, ids captured under a name and put back as ${name}.
struct Exchange {
  std::string line;  // "POST /Users", with ${names}
  std::string body;  // empty: none
  int status;
  // JSON Pointer -> expected value as JSON text; "absent" when there must be nothing.
  std::vector<std::pair<std::string, std::string>> expect = {};
  std::string capture = {};  // keeps /id under this name, and the ETag under name + ".etag"
  std::vector<std::string> headers = {};
};
void replay(Provider&, const std::vector<Exchange>&, std::map<std::string, std::string> names = {});

// {"schemas":[PatchOp],"Operations":[...]} around the text of operations.
std::string patch(const std::string& operations);
// {"schemas":[User],...} around members.
std::string user_body(const std::string& members);
std::string group_body(const std::string& members);

}  // namespace habilitd::scim::tests
