// AuthZEN Authorization API 1.0 over HTTP: /access/v1/evaluation, /access/v1/evaluations and the
// metadata. The JSON is policies/authzen.h's, the decision workflow::decide's; this maps one to the
// other.
//
// Vocabulary: subjects `user` (id: entryUUID, user name or mail) and `client` (id: token name);
// actions request approve refuse add revoke list use; resources
//   structure     id SIRET; properties application, role, person
//   habilitation  id APPLICATION.ROLE.SIRET; property person
//   application   id; properties structure, role, person
//   request       id: its entryUUID
// `person` is who holds or would hold the role; the subject when absent for request, use and list.
#pragma once

#include <string>

#include "base/http.h"
#include "fastcgi/router.h"
#include "policies/authzen.h"
#include "workflow/services.h"

namespace habilitd::fastcgi {

class AuthzenEndpoint {
 public:
  struct Settings {
    std::string base_url;  // no trailing slash; https, or http on the loopback
    std::string fixture;   // application whose policy carries its own entities; empty: none
  };
  AuthzenEndpoint(workflow::Services&, Settings);

  // POST evaluation | evaluations, scope `decisions`. An error never holds a decision. What a
  // restricted client does not see is unknown to it.
  Response handle(const Request&, const Segments& rest,
                  const Result<workflow::Client>& caller) const;
  // GET /.well-known/authzen-configuration: only what is served.
  Response configuration(const Request&) const;

 private:
  Result<policies::Decision> evaluate(const policies::AuthzenQuery&, const workflow::Client&) const;
  Result<policies::Decision> decide(const policies::AuthzenQuery&, const workflow::Client&) const;

  workflow::Services& services_;
  Settings settings_;
};

}  // namespace habilitd::fastcgi
