// Security Event Tokens (RFC 8417): an event as a JWT in compact form, for one client. Without a
// key it is unsecured (alg none), as in the examples of RFC 8936: the client fetched it from us
// over TLS. With a key it can be passed on.
#pragma once

#include <memory>
#include <string>

#include "base/jws_signer.h"
#include "workflow/events.h"

namespace habilitd::scim {

class SetWriter {
 public:
  // `base_url`: ends in /scim/v2. `signer` may be null.
  SetWriter(std::string base_url, std::shared_ptr<const JwsSigner> signer);
  std::string token(const workflow::WaitingEvent&, const EntryUuid& feed) const;

 private:
  std::string base_url_, issuer_;
  std::shared_ptr<const JwsSigner> signer_;
};

}  // namespace habilitd::scim
