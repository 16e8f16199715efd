#include "ldap/content_sync.h"

#include <lber.h>
#include <ldap.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <utility>

#include "ldap/controls.h"
#include "ldap/errors.h"

namespace habilitd::ldap {
namespace {

using std::chrono::milliseconds;

struct FreeBer {
  void operator()(BerElement* ber) const { ber_free(ber, 1); }
};
struct FreePosition {
  void operator()(BerElement* ber) const { ber_free(ber, 0); }
};
struct FreeValues {
  void operator()(berval* values) const { ber_memfree(values); }
};
struct FreeData {
  void operator()(berval* data) const { ber_bvfree(data); }
};
using Ber = std::unique_ptr<BerElement, FreeBer>;
using Position = std::unique_ptr<BerElement, FreePosition>;
using ValueList = std::unique_ptr<berval, FreeValues>;
using Data = std::unique_ptr<berval, FreeData>;

constexpr std::size_t kUuidBytes = 16;

std::string_view text_of(const berval& value) {
  return {value.bv_val, static_cast<std::size_t>(value.bv_len)};
}

timeval to_timeval(milliseconds duration) {
  return {static_cast<time_t>(duration.count() / 1000),
          static_cast<suseconds_t>(duration.count() % 1000 * 1000)};
}

Error malformed(const char* what) {
  return {Errc::kUnavailable, "sync-malformed", std::string("content synchronisation: ") + what};
}

// RFC 4533 section 2.2, without a cookie and without reloadHint.
std::string request_value() {
  const Ber ber(ber_alloc_t(LBER_USE_DER));
  berval* flat = nullptr;
  ber_printf(ber.get(), "{e}", LDAP_SYNC_REFRESH_AND_PERSIST);
  if (ber_flatten(ber.get(), &flat) != 0) throw std::bad_alloc();
  const Data owned(flat);
  return std::string(text_of(*flat));
}

// RFC 4533 section 2.3.
struct SyncState {
  int state = -1;
  EntryUuid id;
};
bool parse_state(const LDAPControl& control, SyncState& out) {
  berval value = control.ldctl_value;
  const Ber ber(ber_init(&value));
  ber_int_t state = -1;
  berval uuid{};
  if (!ber || ber_scanf(ber.get(), "{em", &state, &uuid) == LBER_ERROR) return false;
  if (uuid.bv_len != kUuidBytes) return false;
  out = {static_cast<int>(state), EntryUuid::from_bytes(text_of(uuid))};
  return true;
}

// RFC 4533 section 2.5: refreshDelete and refreshPresent, { cookie OPTIONAL, refreshDone DEFAULT
// TRUE }.
bool parse_refresh_done(BerElement* ber, bool& done) {
  ber_len_t length = 0;
  berval cookie{};
  ber_int_t flag = 1;
  if (ber_scanf(ber, "{") == LBER_ERROR) return false;
  if (ber_peek_tag(ber, &length) == LDAP_TAG_SYNC_COOKIE &&
      ber_scanf(ber, "m", &cookie) == LBER_ERROR) {
    return false;
  }
  if (ber_peek_tag(ber, &length) == LDAP_TAG_REFRESHDONE &&
      ber_scanf(ber, "b", &flag) == LBER_ERROR) {
    return false;
  }
  done = flag != 0;
  return true;
}

// syncIdSet: { cookie OPTIONAL, refreshDeletes DEFAULT FALSE, SET OF syncUUID }.
bool parse_id_set(BerElement* ber, bool& deletes, std::vector<EntryUuid>& ids) {
  ber_len_t length = 0;
  berval cookie{};
  ber_int_t flag = 0;
  if (ber_scanf(ber, "{") == LBER_ERROR) return false;
  if (ber_peek_tag(ber, &length) == LDAP_TAG_SYNC_COOKIE &&
      ber_scanf(ber, "m", &cookie) == LBER_ERROR) {
    return false;
  }
  if (ber_peek_tag(ber, &length) == LDAP_TAG_REFRESHDELETES &&
      ber_scanf(ber, "b", &flag) == LBER_ERROR) {
    return false;
  }
  berval* values = nullptr;
  if (ber_scanf(ber, "[M]", &values) == LBER_ERROR) return false;
  const ValueList owned(values);
  for (const berval* value = values; value != nullptr && value->bv_val != nullptr; ++value) {
    if (value->bv_len != kUuidBytes) return false;
    ids.push_back(EntryUuid::from_bytes(text_of(*value)));
  }
  deletes = flag != 0;
  return true;
}

bool read_attributes(::ldap* handle, LDAPMessage* message, BerElement* position, EntryView& entry,
                     std::vector<ValueList>& lists) {
  for (;;) {
    berval name{};
    berval* values = nullptr;
    if (ldap_get_attribute_ber(handle, message, position, &name, &values) != LDAP_SUCCESS) {
      return false;
    }
    if (name.bv_val == nullptr) return true;
    lists.emplace_back(values);
    const auto begin = static_cast<std::uint32_t>(entry.values.size());
    for (const berval* value = values; value != nullptr && value->bv_val != nullptr; ++value) {
      entry.values.push_back(text_of(*value));
    }
    entry.attributes.push_back(
        {text_of(name), begin, static_cast<std::uint32_t>(entry.values.size())});
  }
}

// A read that waits for the rest of a message returns after this, so that a peer which stops in the
// middle of one cannot hold the thread; libldap goes on with the message at the next read.
constexpr timeval kReadPause{1, 0};
constexpr ber_len_t kReadAhead = 65536;

void watch(int socket, Breaker& breaker) {
  if (socket < 0) return;
  ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &kReadPause, sizeof kReadPause);
  breaker.opened(socket);
}

int on_connect(LDAP*, Sockbuf* buffer, LDAPURLDesc*, sockaddr*, ldap_conncb* callback) {
  int socket = -1;
  ber_sockbuf_ctrl(buffer, LBER_SB_OPT_GET_FD, &socket);
  // Many entries with one read; without it libldap asks the kernel three times for each.
  ber_len_t size = kReadAhead;
  ber_sockbuf_add_io(buffer, &ber_sockbuf_io_readahead, LBER_SBIOD_LEVEL_PROVIDER, &size);
  watch(socket, *static_cast<Breaker*>(callback->lc_arg));
  return 0;
}

void on_close(LDAP*, Sockbuf*, ldap_conncb* callback) {
  static_cast<Breaker*>(callback->lc_arg)->closed();
}

}  // namespace

void Breaker::opened(int socket) {
  std::lock_guard lock(mutex_);
  socket_ = socket;
  if (cut_) ::shutdown(socket_, SHUT_RDWR);
}

void Breaker::closed() {
  std::lock_guard lock(mutex_);
  socket_ = -1;
}

void Breaker::cut() {
  std::lock_guard lock(mutex_);
  cut_ = true;
  if (socket_ >= 0) ::shutdown(socket_, SHUT_RDWR);
}

struct ContentSync::Message::Raw {
  ldap::Message message;
  std::vector<ValueList> lists;
};
ContentSync::Message::Message() : raw_(std::make_unique<Raw>()) {}
ContentSync::Message::~Message() = default;
ContentSync::Message::Message(Message&&) noexcept = default;
ContentSync::Message& ContentSync::Message::operator=(Message&&) noexcept = default;

struct ContentSync::Parts {
  Parts(Connection made, Breaker& breaker, const Dn& below)
      : callbacks{on_connect, on_close, &breaker}, connection(std::move(made)), base(below.str()) {
    ldap_set_option(connection.native(), LDAP_OPT_CONNECT_CB, &callbacks);
    // With StartTLS it is open already.
    int socket = -1;
    ldap_get_option(connection.native(), LDAP_OPT_DESC, &socket);
    watch(socket, breaker);
  }

  // They are called while the handle is closed: they go last.
  ldap_conncb callbacks;
  Connection connection;
  std::string base;
  std::vector<std::string> attributes;
  int search = -1, heartbeat = -1, rereading = -1;

  Status ask();
  Status send(const std::string& name, int scope, LDAPControl** controls,
              const std::vector<std::string>& wanted, int& id);
  Status dispatch(ContentSync::Message&);
  Status take_entry(LDAPMessage*, ContentSync::Message&);
  Status take_attributes(LDAPMessage*, ContentSync::Message&);
  Status take_reread(LDAPMessage*, ContentSync::Message&);
  Status take_state(LDAPMessage*, ContentSync::Message&);
  Status take_info(LDAPMessage*, ContentSync::Message&);
  Error ended(LDAPMessage*);
  Error lost(const char* what);
};

ContentSync::ContentSync(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
ContentSync::~ContentSync() = default;
ContentSync::ContentSync(ContentSync&&) noexcept = default;

Result<ContentSync> ContentSync::start(const Endpoint& endpoint, const Credentials& reader,
                                       const Dn& base, const std::vector<std::string>& attributes,
                                       Breaker& breaker) {
  auto connection = Connection::open(endpoint);
  if (!connection) return connection.error();
  auto parts = std::make_unique<Parts>(*std::move(connection), breaker, base);
  if (!reader.name.empty()) {
    auto bound = parts->connection.bind(reader.name, reader.password);
    if (!bound) return bound.error();
  }
  parts->attributes = attributes;
  if (auto asked = parts->ask(); !asked) return asked.error();
  return ContentSync(std::move(parts));
}

Status ContentSync::Parts::send(const std::string& name, int scope, LDAPControl** controls,
                                const std::vector<std::string>& wanted, int& id) {
  std::vector<char*> names;
  for (const std::string& one : wanted) names.push_back(const_cast<char*>(one.c_str()));
  names.push_back(nullptr);
  const int code = ldap_search_ext(connection.native(), name.c_str(), scope, "(objectClass=*)",
                                   names.data(), 0, controls, nullptr, nullptr, LDAP_NO_LIMIT, &id);
  if (code != LDAP_SUCCESS) return error_from(code, "search " + name);
  return done();
}

Status ContentSync::Parts::ask() {
  const std::string value = request_value();
  LDAPControl sync{const_cast<char*>(LDAP_CONTROL_SYNC), view_of(value), 1};
  LDAPControl* controls[] = {&sync, nullptr};
  return send(base, LDAP_SCOPE_SUBTREE, controls, attributes, search);
}

Status ContentSync::ping() {
  if (parts_->heartbeat >= 0) return done();
  return parts_->send(parts_->base, LDAP_SCOPE_BASE, nullptr, {LDAP_NO_ATTRS}, parts_->heartbeat);
}

Status ContentSync::reread(const std::string& dn) {
  return parts_->send(dn, LDAP_SCOPE_BASE, nullptr, parts_->attributes, parts_->rereading);
}

Status ContentSync::next(Message& out, milliseconds timeout) {
  out.type = Message::Type::kNothing;
  out.entry.clear();
  out.gone.clear();
  out.raw_->lists.clear();
  out.raw_->message.reset();
  timeval wait = to_timeval(timeout);
  LDAPMessage* message = nullptr;
  const int got =
      ldap_result(parts_->connection.native(), LDAP_RES_ANY, LDAP_MSG_ONE, &wait, &message);
  out.raw_->message.reset(message);
  if (got < 0) return parts_->lost("connection lost");
  if (got == 0) return done();
  return parts_->dispatch(out);
}

Status ContentSync::Parts::dispatch(ContentSync::Message& out) {
  LDAPMessage* message = out.raw_->message.get();
  const int type = ldap_msgtype(message);
  if (ldap_msgid(message) == heartbeat) {
    if (type != LDAP_RES_SEARCH_RESULT) return done();
    heartbeat = -1;
    out.type = ContentSync::Message::Type::kAlive;
    return done();
  }
  if (ldap_msgid(message) == rereading) return take_reread(message, out);
  if (ldap_msgid(message) != search) {
    // Message 0 is the server's notice that it hangs up (RFC 4511 section 4.4.1).
    return ldap_msgid(message) == 0 ? Status(lost("the server hangs up")) : done();
  }
  switch (type) {
    case LDAP_RES_SEARCH_ENTRY:
      return take_entry(message, out);
    case LDAP_RES_INTERMEDIATE:
      return take_info(message, out);
    case LDAP_RES_SEARCH_RESULT:
      return ended(message);
    default:
      return done();
  }
}

// Reading attributes in place ends each value with a NUL over the first byte of what follows: the
// control comes first.
Status ContentSync::Parts::take_entry(LDAPMessage* message, ContentSync::Message& out) {
  if (auto taken = take_state(message, out); !taken) return taken;
  return take_attributes(message, out);
}

Status ContentSync::Parts::take_attributes(LDAPMessage* message, ContentSync::Message& out) {
  BerElement* raw = nullptr;
  berval dn{};
  ::ldap* handle = connection.native();
  if (ldap_get_dn_ber(handle, message, &raw, &dn) != LDAP_SUCCESS) return malformed("entry");
  const Position position(raw);
  out.entry.dn = text_of(dn);
  if (!read_attributes(handle, message, raw, out.entry, out.raw_->lists)) {
    return malformed("attributes");
  }
  return done();
}

Status ContentSync::Parts::take_reread(LDAPMessage* message, ContentSync::Message& out) {
  if (ldap_msgtype(message) == LDAP_RES_SEARCH_RESULT) {
    rereading = -1;
    out.type = ContentSync::Message::Type::kRereadDone;
    int code = LDAP_OTHER;
    ldap_parse_result(connection.native(), message, &code, nullptr, nullptr, nullptr, nullptr, 0);
    out.refused = code != LDAP_SUCCESS && code != LDAP_NO_SUCH_OBJECT;
    return done();
  }
  if (ldap_msgtype(message) != LDAP_RES_SEARCH_ENTRY) return done();
  if (auto taken = take_attributes(message, out); !taken) return taken;
  const std::string_view uuid = out.entry.first("entryUUID");
  auto id = EntryUuid::parse(uuid);
  if (!id) return malformed("entryUUID");
  out.entry.id = *id;
  out.type = ContentSync::Message::Type::kReread;
  return done();
}

Status ContentSync::Parts::take_state(LDAPMessage* message, ContentSync::Message& out) {
  LDAPControl** list = nullptr;
  if (ldap_get_entry_controls(connection.native(), message, &list) != LDAP_SUCCESS) {
    return malformed("controls");
  }
  const Controls owned(list);
  const LDAPControl* control = ldap_control_find(LDAP_CONTROL_SYNC_STATE, list, nullptr);
  SyncState state;
  if (control == nullptr || !parse_state(*control, state)) return malformed("state control");
  switch (state.state) {
    case LDAP_SYNC_ADD:
    case LDAP_SYNC_MODIFY:
      out.type = ContentSync::Message::Type::kEntry;
      out.entry.id = state.id;
      return done();
    case LDAP_SYNC_DELETE:
      out.type = ContentSync::Message::Type::kGone;
      out.gone.push_back(state.id);
      return done();
    default:
      // "present" answers a cookie, and there was none.
      return malformed("unexpected state");
  }
}

Status ContentSync::Parts::take_info(LDAPMessage* message, ContentSync::Message& out) {
  char* oid = nullptr;
  berval* data = nullptr;
  if (ldap_parse_intermediate(connection.native(), message, &oid, &data, nullptr, 0) !=
      LDAP_SUCCESS) {
    return malformed("intermediate message");
  }
  const LdapText owned_oid(oid);
  const Data owned_data(data);
  if (oid == nullptr || std::string_view(oid) != LDAP_SYNC_INFO || data == nullptr) return done();
  const Ber ber(ber_init(data));
  ber_len_t length = 0;
  bool flag = false;
  switch (ber_peek_tag(ber.get(), &length)) {
    case LDAP_TAG_SYNC_NEW_COOKIE:
      return done();
    case LDAP_TAG_SYNC_REFRESH_DELETE:
    case LDAP_TAG_SYNC_REFRESH_PRESENT:
      if (!parse_refresh_done(ber.get(), flag)) return malformed("refresh phase");
      if (flag) out.type = ContentSync::Message::Type::kRefreshDone;
      return done();
    case LDAP_TAG_SYNC_ID_SET:
      if (!parse_id_set(ber.get(), flag, out.gone)) return malformed("set of ids");
      if (flag) out.type = ContentSync::Message::Type::kGone;
      return done();
    default:
      return malformed("unknown information");
  }
}

Error ContentSync::Parts::ended(LDAPMessage* message) {
  int code = LDAP_OTHER;
  char* text = nullptr;
  ldap_parse_result(connection.native(), message, &code, nullptr, &text, nullptr, nullptr, 0);
  const LdapText owned(text);
  Error error = error_from(code, "content synchronisation of " + base, text == nullptr ? "" : text);
  error.code = Errc::kUnavailable;
  return error;
}

Error ContentSync::Parts::lost(const char* what) {
  return {Errc::kUnavailable, "directory-lost", "content synchronisation of " + base + ": " + what,
          LDAP_SERVER_DOWN};
}

}  // namespace habilitd::ldap
