#include "ldap/connection.h"

#include <ldap.h>
#include <poll.h>
#include <sys/time.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <mutex>

#include "base/text.h"
#include "base/turns.h"
#include "ldap/answers.h"
#include "ldap/controls.h"
#include "ldap/errors.h"
#include "ldap/schema.h"

namespace habilitd::ldap {
namespace {

timeval to_timeval(std::chrono::milliseconds duration) {
  return {static_cast<time_t>(duration.count() / 1000),
          static_cast<suseconds_t>(duration.count() % 1000 * 1000)};
}

// ~/.ldaprc, ldap.conf and LDAP* variables must not change where or how safely we connect; and
// libldap writes to sockets that the server has closed, which by default ends the program.
void prepare_process() {
  static std::once_flag once;
  std::call_once(once, [] {
    ::setenv("LDAPNOINIT", "1", 1);
    struct sigaction now {};
    if (::sigaction(SIGPIPE, nullptr, &now) == 0 && now.sa_handler == SIG_DFL) {
      ::signal(SIGPIPE, SIG_IGN);
    }
  });
}

bool is_one_uri(const std::string& uri) {
  const bool known =
      uri.starts_with("ldapi://") || uri.starts_with("ldap://") || uri.starts_with("ldaps://");
  return known && uri.find_first_of(" ,\t\n") == std::string::npos;
}

bool set(::ldap* handle, int option, const void* value) {
  return ldap_set_option(handle, option, value) == LDAP_OPT_SUCCESS;
}

// A context of its own: without it the process-wide one applies, which the environment can weaken.
bool set_tls(::ldap* handle, const Endpoint& endpoint) {
  const int demand = LDAP_OPT_X_TLS_DEMAND;
  const int client = 0;
  const bool ca =
      endpoint.ca_file.empty() || set(handle, LDAP_OPT_X_TLS_CACERTFILE, endpoint.ca_file.c_str());
  return ca && set(handle, LDAP_OPT_X_TLS_REQUIRE_CERT, &demand) &&
         set(handle, LDAP_OPT_X_TLS_NEWCTX, &client);
}

bool set_options(::ldap* handle, const Endpoint& endpoint) {
  const int version = LDAP_VERSION3;
  const timeval deadline = to_timeval(endpoint.deadline);
  const bool plain = set(handle, LDAP_OPT_PROTOCOL_VERSION, &version) &&
                     set(handle, LDAP_OPT_REFERRALS, LDAP_OPT_OFF) &&
                     set(handle, LDAP_OPT_NETWORK_TIMEOUT, &deadline) &&
                     set(handle, LDAP_OPT_TIMEOUT, &deadline) &&
                     set(handle, LDAP_OPT_RESTART, LDAP_OPT_ON);
  const bool tls = endpoint.start_tls || endpoint.uri.starts_with("ldaps://");
  return plain && (!tls || set_tls(handle, endpoint));
}

int error_of(::ldap* handle) {
  int code = LDAP_OTHER;
  ldap_get_option(handle, LDAP_OPT_RESULT_CODE, &code);
  return code;
}

// Attributes or changes as the arrays libldap wants; the texts stay the caller's.
class Mods {
 public:
  explicit Mods(std::size_t count) { items_.reserve(count); }

  void add(int op, std::string name, const std::vector<std::string>& values) {
    auto item = std::make_unique<Item>();
    item->name = std::move(name);
    item->values.reserve(values.size());
    for (const std::string& value : values) item->values.push_back(view_of(value));
    for (berval& value : item->values) item->pointers.push_back(&value);
    item->pointers.push_back(nullptr);
    item->mod.mod_op = op | LDAP_MOD_BVALUES;
    item->mod.mod_type = item->name.data();
    item->mod.mod_bvalues = values.empty() ? nullptr : item->pointers.data();
    items_.push_back(std::move(item));
  }

  LDAPMod** list() {
    list_.clear();
    for (const auto& item : items_) list_.push_back(&item->mod);
    list_.push_back(nullptr);
    return list_.data();
  }

 private:
  struct Item {
    std::string name;
    std::vector<berval> values;
    std::vector<berval*> pointers;
    LDAPMod mod{};
  };
  std::vector<std::unique_ptr<Item>> items_;
  std::vector<LDAPMod*> list_;
};

int native_op(Change::Op op) {
  switch (op) {
    case Change::Op::kAdd:
      return LDAP_MOD_ADD;
    case Change::Op::kDelete:
      return LDAP_MOD_DELETE;
    case Change::Op::kReplace:
      return LDAP_MOD_REPLACE;
  }
  return LDAP_MOD_REPLACE;
}

int native_scope(Scope scope) {
  switch (scope) {
    case Scope::kBase:
      return LDAP_SCOPE_BASE;
    case Scope::kOne:
      return LDAP_SCOPE_ONELEVEL;
    case Scope::kSubtree:
      return LDAP_SCOPE_SUBTREE;
  }
  return LDAP_SCOPE_BASE;
}

const char* refusal_reason(LDAPPasswordPolicyError error) {
  switch (error) {
    case PP_passwordTooShort:
      return "password-too-short";
    case PP_passwordTooLong:
      return "password-too-long";
    case PP_passwordInHistory:
      return "password-in-history";
    case PP_passwordTooYoung:
      return "password-too-young";
    case PP_insufficientPasswordQuality:
      return "password-quality";
    case PP_mustSupplyOldPassword:
      return "password-old-needed";
    case PP_accountLocked:
      return "account-locked";
    default:
      return "password-refused";
  }
}

bool carries_nul(std::string_view text) { return text.find('\0') != std::string_view::npos; }

}  // namespace

struct Connection::Answer {
  Message message;
  Controls controls;
  int code = LDAP_OTHER;
  std::string diagnostic;
};

const std::vector<std::string>* Entry::find(std::string_view name) const {
  const std::string wanted = ascii_lower(name);
  for (const Attribute& attribute : attributes) {
    if (ascii_lower(attribute.name) == wanted) return &attribute.values;
  }
  return nullptr;
}

std::string Entry::first(std::string_view name) const {
  const auto* values = find(name);
  return values == nullptr || values->empty() ? std::string() : values->front();
}

void Connection::Unbind::operator()(::ldap* handle) const {
  ldap_unbind_ext(handle, nullptr, nullptr);
}

Connection::Connection(::ldap* handle, Endpoint endpoint)
    : handle_(handle), endpoint_(std::move(endpoint)) {}
Connection::Connection(Connection&&) noexcept = default;
Connection& Connection::operator=(Connection&&) noexcept = default;
Connection::~Connection() = default;

Result<Connection> Connection::open(const Endpoint& endpoint) {
  prepare_process();
  if (!is_one_uri(endpoint.uri)) {
    return invalid("directory-uri", "one ldapi, ldap or ldaps URI is needed: " + endpoint.uri);
  }
  ::ldap* handle = nullptr;
  const int code = ldap_initialize(&handle, endpoint.uri.c_str());
  if (code != LDAP_SUCCESS) return error_from(code, "open " + endpoint.uri);
  Connection connection(handle, endpoint);
  if (!set_options(handle, endpoint)) {
    return Error{Errc::kUnavailable, "directory-options",
                 "cannot set TLS options: " + endpoint.ca_file};
  }
  if (endpoint.start_tls) {
    if (auto started = connection.start_tls(); !started) return started.error();
  }
  return connection;
}

Status Connection::start_tls() {
  int id = 0;
  const int sent = ldap_start_tls(native(), nullptr, nullptr, &id);
  auto answer = wait(sent, id, Effect::kRead, "StartTLS");
  if (!answer) return answer.error();
  const int installed = answer->code == LDAP_SUCCESS ? ldap_install_tls(native()) : answer->code;
  if (installed == LDAP_SUCCESS && ldap_tls_inplace(native()) == 1) return done();
  broken_ = true;
  return Error{Errc::kUnavailable, "directory-tls",
               "StartTLS " + endpoint_.uri + ": " + ldap_err2string(installed)};
}

// libldap silently opens a new, anonymous connection when an operation follows a lost one.
Status Connection::usable(const char* what) const {
  if (!broken_ && handle_) return done();
  return Error{Errc::kUnavailable, "directory-lost",
               std::string(what) + ": connection lost before"};
}

bool Connection::alive() const {
  if (broken_ || !handle_) return false;
  int fd = -1;
  if (ldap_get_option(handle_.get(), LDAP_OPT_DESC, &fd) != LDAP_OPT_SUCCESS || fd < 0)
    return false;
  pollfd state{fd, POLLRDHUP, 0};
  return ::poll(&state, 1, 0) == 0;
}

Error Connection::lost(int code, const std::string& what) {
  broken_ = true;
  Error error = error_from(code, what);
  error.code = Errc::kUnavailable;
  return error;
}

// `sent` is what the sending function answered: an error there means that the server never had the
// whole request. From then on, silence after a write means that nobody knows.
Result<Connection::Answer> Connection::wait(int sent, int message_id, Effect effect,
                                            const std::string& what) {
  if (sent != LDAP_SUCCESS) {
    return is_connection_lost(sent) ? lost(sent, what) : error_from(sent, what);
  }
  timeval deadline = to_timeval(endpoint_.deadline);
  const StepAside meanwhile;
  LDAPMessage* raw = nullptr;
  const int got = ldap_result(native(), message_id, LDAP_MSG_ALL, &deadline, &raw);
  Answer answer;
  answer.message.reset(raw);
  int parsed = got == 0 ? LDAP_TIMEOUT : got < 0 ? error_of(native()) : LDAP_SUCCESS;
  if (parsed == LDAP_SUCCESS) {
    char* text = nullptr;
    LDAPControl** controls = nullptr;
    parsed = ldap_parse_result(native(), raw, &answer.code, nullptr, &text, nullptr, &controls, 0);
    const LdapText owned(text);
    answer.controls.reset(controls);
    if (text != nullptr) answer.diagnostic = text;
  }
  if (parsed == LDAP_SUCCESS) return answer;
  Error error = lost(parsed, what);
  if (effect == Effect::kWrite) error.code = Errc::kUnknownOutcome;
  return error;
}

Result<Connection::Bound> Connection::bind(const Dn& name, const Secret& password) {
  if (name.empty() || password.empty() || carries_nul(password.reveal())) {
    return Error{Errc::kUnauthenticated, "wrong-credentials", "empty name or password"};
  }
  if (auto ready = usable("bind"); !ready) return ready.error();
  RequestControls controls;
  controls.add_password_policy();
  berval credentials = view_of(password.reveal());
  int id = 0;
  const int sent = ldap_sasl_bind(native(), name.str().c_str(), LDAP_SASL_SIMPLE, &credentials,
                                  controls.list(), nullptr, &id);
  const std::string what = "bind " + name.str();
  auto answer = wait(sent, id, Effect::kRead, what);
  if (!answer) return answer.error();
  if (answer->code != LDAP_SUCCESS) return error_from(answer->code, what, answer->diagnostic);
  const PasswordPolicy policy = parse_password_policy(native(), answer->controls.get());
  return Bound{policy.error == PP_changeAfterReset, policy.grace_logins, policy.seconds_to_expiry};
}

Result<std::string> Connection::who_am_i() {
  if (auto ready = usable("whoami"); !ready) return ready.error();
  int id = 0;
  const int sent = ldap_whoami(native(), nullptr, nullptr, &id);
  auto answer = wait(sent, id, Effect::kRead, "whoami");
  if (!answer) return answer.error();
  if (answer->code != LDAP_SUCCESS) return error_from(answer->code, "whoami", answer->diagnostic);
  berval* name = nullptr;
  const int code = ldap_parse_whoami(native(), answer->message.get(), &name);
  if (code != LDAP_SUCCESS) return error_from(code, "whoami");
  std::string text = name == nullptr || name->bv_val == nullptr
                         ? std::string()
                         : std::string(name->bv_val, static_cast<std::size_t>(name->bv_len));
  ber_bvfree(name);
  return text;
}

Result<std::vector<Entry>> Connection::search(const Dn& base, Scope scope, const Filter& filter,
                                              const std::vector<std::string>& attributes,
                                              int size_limit) {
  if (auto ready = usable("search"); !ready) return ready.error();
  std::vector<char*> names;
  for (const std::string& name : attributes) names.push_back(const_cast<char*>(name.c_str()));
  names.push_back(nullptr);
  timeval limit = to_timeval(std::max(endpoint_.deadline, std::chrono::milliseconds(1000)));
  int id = 0;
  const int sent =
      ldap_search_ext(native(), base.str().c_str(), native_scope(scope), filter.str().c_str(),
                      names.data(), 0, nullptr, nullptr, &limit, size_limit, &id);
  const std::string what = "search " + base.str();
  auto answer = wait(sent, id, Effect::kRead, what);
  if (!answer) return answer.error();
  if (answer->code != LDAP_SUCCESS) return error_from(answer->code, what, answer->diagnostic);
  std::vector<Entry> entries;
  for (LDAPMessage* message = ldap_first_entry(native(), answer->message.get()); message != nullptr;
       message = ldap_next_entry(native(), message)) {
    entries.push_back(entry_from(native(), message));
  }
  return entries;
}

Result<Entry> Connection::read(const Dn& name, const std::vector<std::string>& attributes) {
  auto found = search(name, Scope::kBase, Filter::any_entry(), attributes);
  if (!found) return found.error();
  if (found->empty()) return error_from(code::kNoSuchObject, "read " + name.str());
  return std::move(found->front());
}

Result<Written> Connection::written(const Answer& answer) {
  return parse_post_read(answer.controls.get());
}

Result<Written> Connection::add(const Dn& name, const Attributes& attributes) {
  if (auto ready = usable("add"); !ready) return ready.error();
  Mods mods(attributes.size());
  for (const Attribute& attribute : attributes) {
    if (!attribute.values.empty()) mods.add(LDAP_MOD_ADD, attribute.name, attribute.values);
  }
  RequestControls controls;
  controls.add_post_read();
  int id = 0;
  const int sent =
      ldap_add_ext(native(), name.str().c_str(), mods.list(), controls.list(), nullptr, &id);
  const std::string what = "add " + name.str();
  auto answer = wait(sent, id, Effect::kWrite, what);
  if (!answer) return answer.error();
  if (answer->code != LDAP_SUCCESS) return error_from(answer->code, what, answer->diagnostic);
  return written(*answer);
}

Result<Written> Connection::modify(const Dn& name, const std::vector<Change>& changes,
                                   const WriteOptions& options) {
  if (auto ready = usable("modify"); !ready) return ready.error();
  Mods mods(changes.size());
  for (const Change& change : changes) {
    mods.add(native_op(change.op), change.attribute.str(), change.values);
  }
  RequestControls controls;
  controls.add_post_read();
  if (options.tell_csn_before) controls.add_pre_read();
  if (options.assertion) {
    if (auto added = controls.add_assertion(native(), *options.assertion); !added) {
      return added.error();
    }
  }
  int id = 0;
  const int sent =
      ldap_modify_ext(native(), name.str().c_str(), mods.list(), controls.list(), nullptr, &id);
  const std::string what = "modify " + name.str();
  auto answer = wait(sent, id, Effect::kWrite, what);
  if (!answer) return answer.error();
  if (answer->code != LDAP_SUCCESS) return error_from(answer->code, what, answer->diagnostic);
  return written(*answer);
}

Status Connection::remove(const Dn& name, const WriteOptions& options) {
  if (auto ready = usable("delete"); !ready) return ready.error();
  RequestControls controls;
  if (options.assertion) {
    if (auto added = controls.add_assertion(native(), *options.assertion); !added) {
      return added.error();
    }
  }
  int id = 0;
  const int sent = ldap_delete_ext(native(), name.str().c_str(), controls.list(), nullptr, &id);
  const std::string what = "delete " + name.str();
  auto answer = wait(sent, id, Effect::kWrite, what);
  if (!answer) return answer.error();
  if (answer->code != LDAP_SUCCESS) return error_from(answer->code, what, answer->diagnostic);
  return done();
}

Status Connection::change_password(const Dn& user, const Secret* old_password,
                                   const Secret& new_password) {
  if (user.empty() || new_password.empty() || carries_nul(new_password.reveal())) {
    return invalid("password-refused", "empty name or password");
  }
  if (auto ready = usable("password"); !ready) return ready.error();
  berval name = view_of(user.str());
  berval before = view_of(old_password == nullptr ? std::string_view() : old_password->reveal());
  berval after = view_of(new_password.reveal());
  RequestControls controls;
  controls.add_password_policy();
  int id = 0;
  const int sent = ldap_passwd(native(), &name, old_password == nullptr ? nullptr : &before, &after,
                               controls.list(), nullptr, &id);
  const std::string what = "password " + user.str();
  auto answer = wait(sent, id, Effect::kWrite, what);
  if (!answer) return answer.error();
  if (answer->code == LDAP_SUCCESS) return done();
  Error error = error_from(answer->code, what, answer->diagnostic);
  if (answer->code == code::kConstraintViolation) {
    error.reason = refusal_reason(parse_password_policy(native(), answer->controls.get()).error);
  }
  return error;
}

}  // namespace habilitd::ldap
