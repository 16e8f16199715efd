// Who acts. Made by the protocol that authenticated the caller, checked again by every decision.
#pragma once

#include <set>
#include <string>

#include "base/ids.h"

namespace habilitd::workflow {

struct Actor {
  enum class Kind { kPerson, kClient, kSystem };
  Kind kind = Kind::kSystem;
  EntryUuid id;      // a person's or a token's entry; nil for the system
  std::string name;  // shown in records: a person's name, a client's name, "habilitd"
  std::string mail;  // a person's, else empty
  // For clients: what their token allows, e.g. "grant:soffi.consultation", "grant:*". People have
  // none: their rights come from the directory.
  std::set<std::string, std::less<>> grants;

  static Actor system() { return {Kind::kSystem, {}, "habilitd", {}, {}}; }
  static Actor person(const EntryUuid& id, std::string name, std::string mail) {
    return {Kind::kPerson, id, std::move(name), std::move(mail), {}};
  }
};

}  // namespace habilitd::workflow
