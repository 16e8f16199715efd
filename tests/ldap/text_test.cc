#include "ldap/text.h"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <ostream>
#include <string>
#include <vector>

namespace habilitd::ldap {
namespace {

namespace data = boost::unit_test::data;

struct Pair {
  std::string in, out;
};
std::ostream& operator<<(std::ostream& out, const Pair& pair) { return out << pair.in; }

Dn base() { return *Dn::parse("dc=example,dc=org"); }

BOOST_AUTO_TEST_SUITE(text)

const std::vector<Pair> kFilterValues{
    {"plain", "(cn=plain)"},
    {"*", "(cn=\\2a)"},
    {")(uid=*", "(cn=\\29\\28uid=\\2a)"},
    {"\\2a", "(cn=\\5c2a)"},
    {std::string("a\0b", 3), "(cn=a\\00b)"},
    {"a\nb", "(cn=a\\0ab)"},
    {"é", "(cn=é)"},
    {"\xff*", "(cn=\\ff\\2a)"},
    {"", "(cn=)"},
};

BOOST_DATA_TEST_CASE(a_filter_value_is_quoted, data::make(kFilterValues), row) {
  BOOST_TEST(Filter::equals("cn", row.in).str() == row.out);
}

BOOST_AUTO_TEST_CASE(filters_combine) {
  const Filter a = Filter::equals("cn", "a");
  const Filter b = Filter::present("mail");
  BOOST_TEST((a & b).str() == "(&(cn=a)(mail=*))");
  BOOST_TEST((a | b).str() == "(|(cn=a)(mail=*))");
  BOOST_TEST((!(a & b)).str() == "(!(&(cn=a)(mail=*)))");
}

const std::vector<Pair> kNameValues{
    {"plain", "cn=plain,dc=example,dc=org"},
    {",ou=admins", "cn=\\,ou\\=admins,dc=example,dc=org"},
    {"+cn=x", "cn=\\+cn\\=x,dc=example,dc=org"},
    {"#0403414243", "cn=\\#0403414243,dc=example,dc=org"},
    {" a b ", "cn=\\ a b\\ ,dc=example,dc=org"},
    {"a\\b\"<>;", "cn=a\\\\b\\\"\\<\\>\\;,dc=example,dc=org"},
    {std::string("a\0b", 3), "cn=a\\00b,dc=example,dc=org"},
    {"é", "cn=é,dc=example,dc=org"},
};

BOOST_DATA_TEST_CASE(a_name_value_is_quoted, data::make(kNameValues), row) {
  const Dn name = Dn::child("cn", row.in, base());
  BOOST_TEST(name.str() == row.out);
  BOOST_TEST(dn_key(name.parent().str()) == "dc=example,dc=org");
  BOOST_TEST(is_under(dn_key(name.str()), dn_key(base().str())));
}

BOOST_DATA_TEST_CASE(a_quoted_name_is_well_formed, data::make(kNameValues), row) {
  const Dn name = Dn::child("cn", row.in, base());
  const auto parsed = Dn::parse(name.str());
  BOOST_REQUIRE(parsed);
  BOOST_TEST(dn_key(parsed->str()) == dn_key(name.str()));
}

const std::vector<std::string> kBadNames{
    "cn", "cn=a,,dc=org", "=a", "cn=a,dc", "c n=a", "cn=\xff", std::string("cn=a\0,dc=org", 12)};

BOOST_DATA_TEST_CASE(a_malformed_name_is_refused, data::make(kBadNames), name) {
  BOOST_TEST(!Dn::parse(name));
}

BOOST_AUTO_TEST_CASE(an_empty_name_is_the_root) {
  BOOST_TEST(Dn::parse("  ")->empty());
  BOOST_TEST(Dn::parse("dc=org")->parent().empty());
  BOOST_TEST(Dn::child("dc", "org", Dn()).str() == "dc=org");
}

BOOST_AUTO_TEST_CASE(an_escaped_comma_does_not_separate) {
  const Dn name = *Dn::parse("cn=a\\,b,ou=x,dc=org");
  BOOST_TEST(dn_key(name.parent().str()) == "ou=x,dc=org");
  BOOST_TEST(dn_key(name.rdn()) == dn_key("cn=a\\,b"));
}

const std::vector<Pair> kSameNames{
    {"CN=Jean  Dupont , DC=Example,DC=Org", "cn=jean dupont,dc=example,dc=org"},
    {"commonName=x,dc=org", "cn=x,dc=org"},
    {"2.5.4.3=x,dc=org", "cn=x,dc=org"},
    {"cn=\\41,dc=org", "cn=a,dc=org"},
    {"cn=a\\2cb,dc=org", "cn=a\\,b,dc=org"},
    {"sn=b+cn=a,dc=org", "CN=a+SN=B,dc=org"},
    {"cn=\xC3\x89t\xC3\xA9,dc=org", "cn=\\C3\\A9t\\C3\\A9,dc=org"},
    {"cn=e\xCC\x81,dc=org", "cn=\xC3\xA9,dc=org"},
    {"cn=\xEF\xBC\xA1,dc=org", "cn=a,dc=org"},  // full-width A
};

BOOST_DATA_TEST_CASE(spellings_of_one_name_have_one_key, data::make(kSameNames), row) {
  BOOST_TEST(dn_key(row.in) == dn_key(row.out));
}

const std::vector<Pair> kOtherNames{
    {"cn=a,dc=org", "cn=b,dc=org"},
    {"cn=a\\,dc=org", "cn=a,dc=org"},
    {"cn=stra\xC3\x9F"
     "e,dc=org",
     "cn=strasse,dc=org"},
    {"cn=a+sn=b,dc=org", "cn=a\\+sn\\=b,dc=org"},
};

BOOST_DATA_TEST_CASE(different_names_have_different_keys, data::make(kOtherNames), row) {
  BOOST_TEST(dn_key(row.in) != dn_key(row.out));
}

BOOST_AUTO_TEST_CASE(a_value_that_looks_like_a_base_is_not_under_it) {
  const std::string key = dn_key("cn=x\\,ou=people\\,dc=org");
  BOOST_TEST(!is_under(key, dn_key("ou=people,dc=org")));
  BOOST_TEST(is_under(dn_key("cn=x,OU=People,DC=org"), dn_key("ou=people,dc=org")));
  BOOST_TEST(is_under(dn_key("ou=people,dc=org"), dn_key("ou=people,dc=org")));
  BOOST_TEST(!is_under(dn_key("xou=people,dc=org"), dn_key("ou=people,dc=org")));
  BOOST_TEST(is_under(dn_key("cn=x"), ""));
}

const std::vector<std::string> kGoodAttributes{"cn",      "labeledURI", "x-a1",
                                               "2.5.4.3", "cn;lang-fr", "cn;lang-fr;binary"};
const std::vector<std::string> kBadAttributes{"",     "1a",  "c n",   "cn)(",   "2.5.", ".5",
                                              "2..5", "cn;", "cn;;a", "cn;a b", "-a",   "cn=*"};

BOOST_DATA_TEST_CASE(an_attribute_name_is_accepted, data::make(kGoodAttributes), name) {
  const auto parsed = AttrName::parse(name);
  BOOST_REQUIRE(parsed);
  BOOST_TEST(parsed->str() == name);
}

BOOST_DATA_TEST_CASE(a_bad_attribute_name_is_refused, data::make(kBadAttributes), name) {
  BOOST_TEST(!AttrName::parse(name));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace habilitd::ldap
