#define BOOST_TEST_MODULE habilitd
#include <boost/test/unit_test.hpp>
