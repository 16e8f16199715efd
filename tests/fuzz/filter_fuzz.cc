// SCIM filters and PATCH paths: whatever the text, parsing ends with a predicate or a reason, and
// matching ends with an answer that its negation contradicts.
#include <cstdint>
#include <string>
#include <string_view>

#include "base/json.h"
#include "scim/filter.h"
#include "scim/json_reader.h"
#include "tests/fuzz/property.h"

using namespace habilitd;
using namespace habilitd::scim;
using habilitd::tests::property;

namespace {

const Json& person() {
  static const Json value = Json::parse(R"({"id":"1","userName":"alice","active":true,
    "meta":{"created":"2026-03-08T10:00:00Z"},"name":{"familyName":"Zoé"},
    "emails":[{"value":"a@example.org","type":"work","primary":true},{"value":"b@example.org"}],
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"DSI"}})");
  return value;
}

void check_reason(const Error& error, std::string_view extra) {
  property(error.code == Errc::kInvalid, "a refusal is the caller's fault");
  property(error.reason == "invalidFilter" || error.reason == "tooMany" || error.reason == extra,
           "a refusal has a scimType");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  Tolerance tolerance(Dialect::kEntra);
  const FilterContext context{user_type(), &tolerance, false, {}};
  const JsonReader reader(user_type(), person());
  const auto filter = parse_filter(text, context);
  if (filter) {
    const auto negated = parse_filter("not (" + std::string(text) + ")", context);
    if (negated) property(matches(*filter, reader) != matches(*negated, reader), "not negates");
  } else {
    check_reason(filter.error(), "invalidFilter");
  }
  if (const auto path = parse_patch_path(text, context); !path) {
    check_reason(path.error(), "invalidPath");
  } else {
    property(path->path.attribute || path->path.schema, "a path names something");
  }
  return 0;
}
