// A password that comes with other changes, or under a condition (trust.md, case 73).
#include <boost/test/unit_test.hpp>

#include "tests/scim/establishment.h"

using namespace habilitd;
using namespace habilitd::scim::tests;

namespace {

constexpr const char* kOld = "correct horse battery";

struct Ada : Provider {
  Ada() : ada(user("ada", {{"title", "Miss"}, {"password", kOld}})) { user("taken"); }
  bool binds(const std::string& password) {
    const auto dn = ldap::Dn::parse(directory().view()->by_id(*EntryUuid::parse(ada))->dn());
    return directory().check_password(*dn, Secret(password)).ok();
  }
  Answer change(const std::string& members, const std::vector<std::string>& headers = {}) {
    return ask("PATCH /Users/" + ada, patch(R"({"op":"replace","value":{)" + members + "}}"),
               headers);
  }
  Answer shown() { return ask("GET /Users/" + ada); }
  std::string ada;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(passwords, Ada)

BOOST_AUTO_TEST_CASE(a_refused_change_leaves_the_password) {
  const Answer refused = change(R"("userName":"taken","password":"another long password")");
  BOOST_TEST(refused.status() == 409);
  BOOST_TEST(refused.scim_type() == "uniqueness");
  BOOST_TEST(binds(kOld));
  BOOST_TEST(!binds("another long password"));
}

BOOST_AUTO_TEST_CASE(a_refused_password_leaves_the_rest) {
  const std::string before = shown().at("/title").get<std::string>();
  for (const char* rest : {R"("title":"Countess")", R"("userName":"countess")",
                           R"("emails":[{"value":"c@example.org","type":"home"}])"}) {
    const Answer refused = change(std::string(rest) + R"(,"password":"short")");
    BOOST_TEST(refused.status() == 400);
    BOOST_TEST(refused.scim_type() == "invalidValue");
  }
  BOOST_TEST(shown().at("/title") == Json(before));
  BOOST_TEST(shown().at("/userName") == Json("ada"));
  BOOST_TEST(shown().at("/emails").is_null());
  BOOST_TEST(binds(kOld));
  BOOST_TEST(change(R"("title":"Countess","password":"another long password")").status() == 200);
  BOOST_TEST(shown().at("/title") == Json("Countess"));
  BOOST_TEST(binds("another long password"));
}

BOOST_AUTO_TEST_CASE(of_several_passwords_for_one_version_exactly_one_is_set) {
  for (const std::string more : {"", R"(,"title":"Countess")"}) {
    const std::string tag = shown().header("ETag");
    auto counts = at_once(4, [&](int i) {
      const std::string password =
          "long password " + std::to_string(more.size()) + "." + std::to_string(i);
      return change(R"("password":")" + password + "\"" + more, {"If-Match: " + tag});
    });
    BOOST_TEST(counts[200] == 1);
    BOOST_TEST(counts[412] == 3);
  }
}

BOOST_AUTO_TEST_SUITE_END()
