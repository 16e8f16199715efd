// Request targets: an accepted path has none of the forms that routers and proxies read
// differently, and its encoded segments and query read back to the same target.
#include <cstdint>
#include <string_view>

#include "base/text.h"
#include "base/url.h"
#include "tests/fuzz/property.h"

using namespace habilitd;
using habilitd::tests::property;

namespace {

void check_segment(const std::string& segment) {
  property(!segment.empty() && segment != "." && segment != "..", "no empty or dot segment");
  property(is_valid_utf8(segment), "segments are UTF-8");
  for (const char c : segment) {
    property(c != '/' && c != '\\' && static_cast<unsigned char>(c) >= 0x20 && c != 0x7f,
             "no slash or control in a segment");
  }
}

std::string written(const Target& target) {
  std::string out;
  for (const auto& segment : target.segments) out += '/' + encode_component(segment);
  if (target.segments.empty() || target.trailing_slash) out += '/';
  return target.query.empty() ? out : out + '?' + encode_query(target.query);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view raw(reinterpret_cast<const char*>(data), size);
  const auto target = parse_target(raw);
  if (!target) {
    property(target.error().reason == "bad-target", "a refusal has its reason");
    return 0;
  }
  property(target->path.starts_with('/'), "a path begins with a slash");
  for (const auto& segment : target->segments) check_segment(segment);
  const std::string text = written(*target);
  constexpr std::size_t kMostTarget = 8 * 1024;
  if (text.size() > kMostTarget) return 0;  // encoding made it longer than a target may be
  const auto again = parse_target(text);
  property(again.ok(), "what is written is accepted");
  property(again->path == target->path, "the path reads back");
  property(again->segments == target->segments, "the segments read back");
  property(again->trailing_slash == target->trailing_slash, "the trailing slash reads back");
  property(again->query == target->query, "the query reads back");
  return 0;
}
