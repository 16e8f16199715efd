#include <boost/test/unit_test.hpp>

#include "ldap/connection.h"
#include "tests/support/slapd.h"

namespace habilitd::ldap {
namespace {

BOOST_AUTO_TEST_SUITE(connection)

BOOST_AUTO_TEST_CASE(the_reader_can_sign_in) {
  auto reader = tests::Slapd::shared().connect(tests::Slapd::shared().reader());
  const auto name = reader.who_am_i();
  BOOST_REQUIRE(name);
  BOOST_TEST(*name == "dn:cn=habilitd-reader,ou=services,dc=example,dc=org");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace habilitd::ldap
