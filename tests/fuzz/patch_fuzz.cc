// PATCH messages: applied whole or refused with a reason; what comes out is a resource that the
// schema accepts, and applying a list of replacements twice is the same as once.
#include <cstdint>
#include <string_view>

#include "base/json.h"
#include "scim/normalise.h"
#include "scim/patch.h"
#include "tests/fuzz/property.h"

using namespace habilitd;
using namespace habilitd::scim;
using habilitd::tests::property;

namespace {

Json person() {
  return Json::parse(R"({"userName":"alice","title":"Head","name":{"familyName":"Martin"},
    "emails":[{"value":"a@example.org","type":"work","primary":true},{"value":"b@example.org"}],
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"DSI"}})");
}

bool apply(const std::vector<Edit>& edits, Json& tree, Tolerance& tolerance) {
  for (const Edit& edit : edits) {
    const Status applied = apply_edit(user_type(), tree, edit, tolerance);
    if (!applied) {
      property(!applied.error().reason.empty(), "a refusal has a reason");
      return false;
    }
  }
  return true;
}

void check_tree(const Json& tree) {
  Json body = tree;
  body["schemas"] = {kUserUrn};
  Tolerance strict(Dialect::kStrict);
  const auto again = normalise(user_type(), body, strict);
  property(again.ok(), "the result is a valid resource");
  property(*again == tree, "the result is in its normal form");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto body = parse_json({reinterpret_cast<const char*>(data + 1), size - 1});
  if (!body) return 0;
  Tolerance tolerance(static_cast<Dialect>(data[0] % 4));
  const auto edits = parse_patch(user_type(), *body, tolerance);
  if (!edits) {
    property(!edits.error().reason.empty(), "a refusal has a reason");
    return 0;
  }
  Json tree = person();
  if (apply(*edits, tree, tolerance)) check_tree(tree);
  return 0;
}
