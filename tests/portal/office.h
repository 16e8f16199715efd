// A portal on a real slapd with two structures and their people, and somebody who walks through it:
// each page she sees is checked for what must hold on every page.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "portal/portal.h"
#include "tests/support/site.h"
#include "tests/support/slapd.h"

namespace habilitd::tests {

inline constexpr const char* kS1 = "73282932000074";
inline constexpr const char* kS2 = "55208131766522";
inline constexpr const char* kPassword = "Un mot de passe bien assez long 7";

class SetClock : public Clock {
 public:
  Instant now() const override { return SystemClock().now() + ahead; }
  Duration ahead{0};
};

// m1, m2 manage S1; m3 manages S2; u1 is attached to S1; fresh to nothing;
// boss administers the platform and owns SOFFi.
class Office {
 public:
  explicit Office(const std::string& base_url = "http://127.0.0.1:8080");
  ~Office();
  static portal::Settings settings(const std::string& base_url);

  std::string id_of(const std::string& login);  // entryUUID
  bool is_member(const std::string& login, const std::string& role, const std::string& siret);
  std::string state_of(const std::string& request);
  // A portal with other settings over the same directory.
  std::unique_ptr<portal::Portal> other(portal::Settings);

  Slapd& slapd;
  Site site;
  SetClock clock;
  std::string folder;
  std::unique_ptr<workflow::Catalogue> catalogue;
  std::unique_ptr<workflow::Audit> audit;
  std::unique_ptr<workflow::Services> services;
  std::unique_ptr<portal::Portal> portal;
};

using Fields = std::map<std::string, std::string>;

struct Form {
  std::string action, method;
  Fields fields;
};
std::vector<Form> forms_of(const std::string& html);
std::string text_of(const std::string& html);  // without tags, white space collapsed
// Everything that is wrong with a page, one line each; "" when nothing is.
std::string faults_of(const Response&);

class Visitor {
 public:
  explicit Visitor(portal::Portal& portal) : portal_(&portal) {}
  Visitor(portal::Portal& portal, const std::string& login) : portal_(&portal) { sign_in(login); }

  Request request(Method, const std::string& address) const;
  // Sends, keeps cookies, checks the page.
  Response send(Request);
  Response get(const std::string& address);
  Response post(const std::string& address, const Fields&);
  // Follows redirects.
  Response open(const std::string& address);
  // The page's form whose action contains `action`; throws when there is none.
  Form form(const Response&, const std::string& action) const;
  Response submit(const Form&, const Fields& more = {});
  Response sign_in(const std::string& login, const std::string& password = kPassword);
  // Asks for a role; the request's id.
  std::string ask(const std::string& role, const std::string& siret = kS1);

  std::map<std::string, std::string> cookies;
  std::string accept_language;

 private:
  portal::Portal* portal_;
};

}  // namespace habilitd::tests
