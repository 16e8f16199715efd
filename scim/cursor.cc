#include "scim/cursor.h"

#include <bit>
#include <charconv>

namespace habilitd::scim {
namespace {

constexpr std::size_t kLongest = 1024;
constexpr char kSeparator = ' ';

Error not_ours() {
  return invalid("invalidCursor", "The cursor is not one that was given for this query.");
}

// Numbers, each followed by a space; then the rest.
void put(std::string& out, std::uint64_t number) { out += std::to_string(number) + kSeparator; }

bool take(std::string_view& text, std::uint64_t& number) {
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc() || read.ptr == text.data() + text.size() || *read.ptr != kSeparator) {
    return false;
  }
  text.remove_prefix(static_cast<std::size_t>(read.ptr - text.data()) + 1);
  return true;
}

}  // namespace

Cursors::Cursors(const Secret& secret, Duration timeout) : timeout_(timeout) {
  const Secret own = secret.empty() ? random_token() : secret.copy();
  key_ = hmac_sha256(own.reveal(), "habilitd scim cursor 1");
}

std::string Cursors::make(const Place& last, std::size_t count, std::string_view query,
                          Instant now) const {
  std::string text;
  put(text, static_cast<std::uint64_t>(now.time_since_epoch().count()));
  put(text, count);
  put(text, last.part);
  put(text, last.key.missing ? 1 : 0);
  put(text, std::bit_cast<std::uint64_t>(last.key.number));
  text += last.id.str() + kSeparator + last.key.text;
  return seal(key_, text, query);
}

Result<Place> Cursors::open(std::string_view cursor, std::size_t count, std::string_view query,
                            Instant now) const {
  if (cursor.size() > kLongest) return not_ours();
  const auto opened = unseal(key_, cursor, query);
  if (!opened) return not_ours();
  std::string_view text(*opened);
  Place place;
  std::uint64_t given = 0, asked = 0, part = 0, missing = 0, number = 0;
  if (!take(text, given) || !take(text, asked) || !take(text, part) || !take(text, missing) ||
      !take(text, number)) {
    return not_ours();
  }
  const std::size_t space = text.find(kSeparator);
  const auto id = EntryUuid::parse(text.substr(0, space));
  if (!id || space == std::string_view::npos) return not_ours();
  if (Instant(Duration(static_cast<Duration::rep>(given))) + timeout_ < now) {
    return invalid("expiredCursor", "The cursor is too old; begin again with an empty one.");
  }
  if (asked != count) {
    return invalid("invalidCount", "\"count\" stays the same from the first page to the last.");
  }
  place.key = {missing != 0, std::bit_cast<double>(number), std::string(text.substr(space + 1))};
  place.id = *id;
  place.part = part;
  return place;
}

}  // namespace habilitd::scim
