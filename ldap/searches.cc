#include "ldap/searches.h"

#include <ldap.h>

#include <algorithm>

#include "base/turns.h"
#include "ldap/answers.h"
#include "ldap/controls.h"
#include "ldap/errors.h"

namespace habilitd::ldap {
namespace {

using std::chrono::microseconds;
using std::chrono::steady_clock;

timeval until(steady_clock::time_point deadline) {
  const auto left =
      std::max(std::chrono::duration_cast<microseconds>(deadline - steady_clock::now()),
               microseconds(0))
          .count();
  return {static_cast<time_t>(left / 1'000'000), static_cast<suseconds_t>(left % 1'000'000)};
}

}  // namespace

Searches::Searches(Connection& connection, std::chrono::milliseconds patience)
    : connection_(connection), deadline_(steady_clock::now() + patience) {}

Status Searches::send(const Dn& base, const Filter& filter,
                      const std::vector<std::string>& attributes) {
  std::vector<char*> names;
  for (const std::string& name : attributes) names.push_back(const_cast<char*>(name.c_str()));
  names.push_back(nullptr);
  timeval limit = until(deadline_);
  int id = 0;
  const int sent =
      ldap_search_ext(connection_.native(), base.str().c_str(), LDAP_SCOPE_SUBTREE,
                      filter.str().c_str(), names.data(), 0, nullptr, nullptr, &limit, 0, &id);
  if (sent != LDAP_SUCCESS) return dropped(sent, base);
  ids_.push_back(id);
  return done();
}

Result<std::vector<Entry>> Searches::receive(const Dn& base,
                                             const std::vector<std::string>& attributes) {
  timeval patience = until(deadline_);
  LDAPMessage* raw = nullptr;
  const StepAside meanwhile;
  const int got =
      ldap_result(connection_.native(), ids_[received_++], LDAP_MSG_ALL, &patience, &raw);
  const Message message(raw);
  int code = LDAP_SERVER_DOWN;
  if (got == 0) return dropped(LDAP_TIMEOUT, base);
  if (got < 0 || ldap_parse_result(connection_.native(), raw, &code, nullptr, nullptr, nullptr,
                                   nullptr, 0) != LDAP_SUCCESS) {
    return dropped(LDAP_SERVER_DOWN, base);
  }
  if (code != LDAP_SUCCESS) return dropped(code, base);
  std::vector<Entry> entries;
  for (LDAPMessage* entry = ldap_first_entry(connection_.native(), raw); entry != nullptr;
       entry = ldap_next_entry(connection_.native(), entry)) {
    entries.push_back(entry_from(connection_.native(), entry, attributes));
  }
  return entries;
}

Error Searches::dropped(int code, const Dn& base) {
  const Connection dead(std::move(connection_));
  Error error = error_from(code, "search " + base.str());
  if (is_connection_lost(code)) error.code = Errc::kUnavailable;
  return error;
}

}  // namespace habilitd::ldap
