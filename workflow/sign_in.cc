// Sign-in and one's own password: the part of accounts.h that proves who somebody is.
#include "workflow/accounts.h"
#include "workflow/services.h"
#include "workflow/sessions.h"
#include "workflow/sign_in_limiter.h"

namespace habilitd::workflow {
namespace {

// The same for unknown, wrong and disabled: nobody learns which accounts there are.
Error refused() { return {Errc::kUnauthenticated, "sign-in-refused", {}}; }

Status admit(Services& services, std::string_view login, std::string_view network) {
  const auto wait = services.limiter().admit(login, network, services.clock.now());
  if (!wait) return done();
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(*wait).count();
  services.log.warn("sign-in.slowed", {{"seconds", static_cast<long long>(seconds)}});
  return Error{Errc::kTooMany, "slow-down", std::to_string(seconds)};
}

// Nobody when the name is unknown; errors are the directory's.
Result<std::optional<Person>> look_up(Services& services, std::string_view login) {
  const auto view = services.directory.view();
  if (!view) return view.error();
  auto person = find_person_by_login(*view, login);
  if (person) return std::optional<Person>(*std::move(person));
  return std::optional<Person>();
}

}  // namespace

Result<SignedIn> sign_in(Services& services, std::string_view login, const Secret& password,
                         std::string_view network) {
  if (auto admitted = admit(services, login, network); !admitted) return admitted.error();
  auto person = look_up(services, login);
  if (!person) return person.error();
  ldap::Dn dn;  // empty: a decoy of the same cost
  if (*person) {
    auto parsed = ldap::Dn::parse((*person)->dn);
    if (!parsed) return refused();
    dn = *std::move(parsed);
  }
  const auto bound = services.directory.check_password(dn, password);
  if (!bound && bound.error().code != Errc::kUnauthenticated) return bound.error();
  if (!bound || !*person || !(*person)->active) {
    services.metrics.count("habilitd_sign_ins_total", "result=\"refused\"");
    return refused();
  }
  services.limiter().succeeded(login, network, services.clock.now());
  services.metrics.count("habilitd_sign_ins_total", "result=\"ok\"");
  return SignedIn{**std::move(person), bound->must_change_password};
}

Status change_own_password(Services& services, const EntryUuid& id, const Secret& old_password,
                           const Secret& new_password) {
  Result<Person> person = Error{};
  {
    const auto view = services.directory.view();
    if (!view) return view.error();
    person = find_person(*view, id);
  }
  if (!person) return person.error();
  const auto dn = ldap::Dn::parse(person->dn);
  if (!dn) return dn.error();
  // A stolen session must not be a way to guess the password behind it.
  const std::string network = "self:" + id.str();
  if (auto admitted = admit(services, person->user_name, network); !admitted) return admitted;
  auto changed = services.directory.change_own_password(*dn, old_password, new_password);
  if (!changed) return changed;
  services.limiter().succeeded(person->user_name, network, services.clock.now());
  return close_all_sessions(services, id);
}

}  // namespace habilitd::workflow
