// Security events (RFC 8417, RFC 9967) for clients that listen: what happened to which resource, by
// name of the attributes only, never their values. A client listens when its token has the scope
// events:read; each event is one entry under ou=events that names the clients (habPending) that saw
// the resource and have not acknowledged it yet. The last acknowledgement removes the entry; a
// timer removes what nobody fetched in time.
//
// Where nobody listens nothing is written. An event is written right after the change it tells of:
// a crash between the two loses the event, never the change.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/json.h"
#include "ldap/directory.h"

namespace habilitd::workflow {

class Services;
struct RequestRecord;

// Who is told, and by which externalId it knows the resource (empty: by none).
struct Receiver {
  EntryUuid feed;
  std::string external_id;
};
using Receivers = std::vector<Receiver>;

// The clients that listen and see the entry as it is now; ask before a deletion, after a change.
Receivers receivers_of(Services&, const EntryUuid& subject);

struct SecurityEvent {
  std::string uri;  // of the subject, below the SCIM base: /Users/<id>
  Json events;      // event URI -> payload
  std::string txn;  // empty: a transaction of its own
};
// Best effort: what cannot be written is logged. Nothing for no receivers.
void publish(Services&, const Receivers&, const SecurityEvent&);

inline constexpr const char* kGrantedEvent = "urn:habilitd:scim:event:habilitation:granted";
inline constexpr const char* kEndedEvent = "urn:habilitd:scim:event:habilitation:ended";

// A habilitation that has just been applied or withdrawn, to receivers that see the person and the
// group that confers it.
void publish_habilitation(Services&, const RequestRecord&, bool granted);

// An event as one client gets it.
struct WaitingEvent {
  std::string jti, txn, uri, external_id;
  long long issued = 0;  // seconds since 1970
  Json events;
};
struct WaitingEvents {
  std::vector<WaitingEvent> events;  // oldest first
  bool more = false;
};
// kUnavailable while there is no mirror.
Result<WaitingEvents> waiting_events(Services&, const EntryUuid& feed, std::size_t most);
// Takes the client off these events; what is not its to acknowledge is passed over.
Status acknowledge(Services&, const EntryUuid& feed, const std::vector<std::string>& jtis);

// Removes events that are older than the site keeps them, and of those beyond the number it keeps
// the oldest of whoever has most to read; `most` entries a call. How many it was: with `most` there
// may be more to do.
Result<std::size_t> sweep_events(Services&, std::size_t most);

// For other makers of entries under ou=events (scim/async.h).
// 32 hexadecimal digits, later ones greater: the order of delivery.
std::string new_event_key(Services&);
std::string event_record(const std::string& uri, const std::string& txn, const Json& events,
                         const Receivers&, Instant now);
Result<WaitingEvent> read_event(const ldap::Record&, const EntryUuid& feed);

}  // namespace habilitd::workflow
