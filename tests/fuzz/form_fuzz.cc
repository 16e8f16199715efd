// Form bodies: names are unique, everything is UTF-8 without NUL, and a written form reads back.
#include <cstdint>
#include <set>
#include <string_view>

#include "base/text.h"
#include "base/url.h"
#include "tests/fuzz/property.h"

using namespace habilitd;
using habilitd::tests::property;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  const auto fields = parse_form(body);
  if (!fields) {
    property(!fields.error().reason.empty(), "a refusal has a reason");
    return 0;
  }
  std::set<std::string> names;
  for (const auto& [name, value] : *fields) {
    property(names.insert(name).second, "names are unique");
    property(is_valid_utf8(name) && is_valid_utf8(value), "fields are UTF-8 without NUL");
    property(find(*fields, name) != nullptr && *find(*fields, name) == value, "find finds it");
  }
  property(fields->size() <= 200, "fields are within the limit");
  const auto again = parse_form(encode_query(*fields));
  property(again.ok() && *again == *fields, "what is written reads back");
  return 0;
}
