// The JSON gate: what it lets through is within its limits, survives a round trip, and nlohmann
// reads the same value from the same text.
#include <algorithm>
#include <cstdint>
#include <string_view>

#include "base/json.h"
#include "base/text.h"
#include "tests/fuzz/property.h"

using namespace habilitd;
using habilitd::tests::property;

namespace {

std::size_t depth_of(const Json& value) {
  std::size_t deepest = 0;
  if (!value.is_structured()) return 0;
  for (const auto& child : value) deepest = std::max(deepest, depth_of(child));
  return deepest + 1;
}

// Keys that differ in case only are refused, so lowering all of them loses none.
bool keys_are_unique(const Json& value) {
  if (!value.is_structured()) return true;
  Json lowered = Json::object();
  for (const auto& [key, child] : value.items()) {
    if (!keys_are_unique(child)) return false;
    lowered[ascii_lower(key)] = true;
  }
  return lowered.size() == value.size();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto value = parse_json(text);
  if (!value) {
    property(!value.error().reason.empty(), "a refusal has a reason");
    return 0;
  }
  property(is_valid_utf8(text), "accepted text is UTF-8");
  property(depth_of(*value) <= JsonLimits().max_depth, "accepted depth is within the limit");
  property(keys_are_unique(*value), "accepted keys are unique without regard to case");
  property(*value == Json::parse(text, nullptr, false), "nlohmann reads the same value");
  const std::string written = dump(*value);
  JsonLimits generous;
  generous.max_bytes = written.size();  // escapes may grow, numbers may gain digits
  generous.max_string = written.size();
  const auto again = parse_json(written, generous);
  property(again.ok(), "what is written is accepted");
  property(*again == *value, "what is written reads back");
  property(dump(*again) == written, "writing is stable");
  return 0;
}
