// The OpenAPI description against the tables and the running service. That it is well-formed
// OpenAPI is checked by a validator in tests/stack/conformance.py.
#include "scim/openapi.h"

#include <boost/test/unit_test.hpp>
#include <fstream>
#include <sstream>

#include "base/text.h"
#include "scim/endpoints.h"
#include "tests/scim/provider.h"

using namespace habilitd;
using namespace habilitd::scim;
using namespace habilitd::scim::tests;

namespace {

std::string contents(const char* path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// The methods of a path, as Allow lists them; HEAD and OPTIONS are not described.
std::string methods_of(const Json& path) {
  std::string text;
  for (const char* method : {"get", "post", "put", "patch", "delete"}) {
    if (!path.contains(method)) continue;
    std::string name = method;
    for (char& c : name) c = static_cast<char>(c - 'a' + 'A');
    text += (text.empty() ? "" : ", ") + name + (name == "GET" ? ", HEAD" : "");
  }
  return text + ", OPTIONS";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(openapi_description)

BOOST_AUTO_TEST_CASE(the_page_is_current) {
  BOOST_TEST((contents(HABILITD_SOURCE_DIR "/docs/openapi.json") == openapi().dump(1) + "\n"),
             "docs/openapi.json is stale: habilitd openapi > docs/openapi.json");
}

BOOST_AUTO_TEST_CASE(every_path_allows_what_it_says) {
  Provider provider;
  const Json paths = openapi()["paths"];
  BOOST_TEST(paths.size() > 20u);
  for (const auto& [path, described] : paths.items()) {
    std::string asked = path;
    if (const auto at = asked.find('{'); at != std::string::npos) asked.replace(at, 20, "x");
    const Answer answer = provider.ask("OPTIONS " + asked);
    BOOST_TEST(answer.header("Allow") == methods_of(described), path);
  }
}

BOOST_AUTO_TEST_CASE(every_attribute_is_described) {
  const Json schemas = openapi_schemas();
  for (const ResourceType* type : resource_types()) {
    const Json& properties = schemas[type->name()]["properties"];
    for (const Attribute& attribute : type->core().attributes) {
      BOOST_TEST(properties.contains(attribute.name), type->name() + "." + attribute.name);
    }
    for (const Schema& extension : type->extensions()) {
      BOOST_TEST(properties[extension.id]["properties"].size() == extension.attributes.size());
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
