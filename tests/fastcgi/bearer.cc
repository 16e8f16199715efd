#include "fastcgi/bearer.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

using habilitd::fastcgi::bearer_token;

BOOST_AUTO_TEST_SUITE(bearer)

BOOST_AUTO_TEST_CASE(the_scheme_is_read_without_regard_to_case) {
  BOOST_TEST(*bearer_token("Bearer abc.DEF-1_2~3+4/5=") == "abc.DEF-1_2~3+4/5=");
  BOOST_TEST(*bearer_token("bEARER abc") == "abc");
  BOOST_TEST(*bearer_token("Bearer   abc ") == "abc");
}

BOOST_DATA_TEST_CASE(anything_else_is_no_token,
                     boost::unit_test::data::make({"", "Bearer", "Bearer ", "Bearer    ", "bearer",
                                                   "Basic YTpi", "Bearer a b", "Bearer a,b",
                                                   "Bearer \xc3\xa9", "BearerX abc", "Bearer:abc"}),
                     header) {
  BOOST_TEST(!bearer_token(header));
}

BOOST_AUTO_TEST_CASE(a_token_longer_than_any_of_ours_is_not_looked_up) {
  BOOST_TEST(!bearer_token("Bearer " + std::string(513, 'a')));
  BOOST_TEST(bearer_token("Bearer " + std::string(512, 'a')).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
