#include "scim/set_token.h"

#include "base/crypto.h"

namespace habilitd::scim {

SetWriter::SetWriter(std::string base_url, std::shared_ptr<const JwsSigner> signer)
    : base_url_(std::move(base_url)),
      issuer_(base_url_.substr(0, base_url_.rfind("/scim/v2"))),
      signer_(std::move(signer)) {}

std::string SetWriter::token(const workflow::WaitingEvent& event, const EntryUuid& feed) const {
  Json subject{{"format", "scim"}, {"uri", event.uri}};
  if (!event.external_id.empty()) subject["externalId"] = event.external_id;
  const Json claims{{"iss", issuer_},        {"aud", {base_url_ + "/Feeds/" + feed.str()}},
                    {"jti", event.jti},      {"iat", event.issued},
                    {"txn", event.txn},      {"sub_id", std::move(subject)},
                    {"events", event.events}};
  Json header{{"typ", "secevent+jwt"}, {"alg", "none"}};
  if (signer_) {
    header["alg"] = signer_->algorithm();
    header["kid"] = signer_->key_id();
  }
  const std::string input = to_base64url(dump(header)) + "." + to_base64url(dump(claims));
  return input + "." + (signer_ ? to_base64url(signer_->sign(input)) : std::string());
}

}  // namespace habilitd::scim
