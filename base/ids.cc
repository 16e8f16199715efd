#include "base/ids.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>

#include "base/crypto.h"
#include "base/text.h"

namespace habilitd {

namespace {

constexpr std::size_t kUuidText = 36;
constexpr std::array<std::size_t, 16> kUuidPlaces = {0,  2,  4,  6,  9,  11, 14, 16,
                                                     19, 21, 24, 26, 28, 30, 32, 34};

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
constexpr bool is_alnum(char c) { return is_digit(c) || is_lower(c) || (c >= 'A' && c <= 'Z'); }

// 16 and more for what is not a lower-case hexadecimal digit.
constexpr unsigned hex_value(char c) {
  if (is_digit(c)) return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + 10;
  return 16;
}

}  // namespace

Result<EntryUuid> EntryUuid::parse(std::string_view text) {
  const auto bad = [] { return invalid("uuid-syntax", "not a lower-case UUID"); };
  if (text.size() != kUuidText || text[8] != '-' || text[13] != '-' || text[18] != '-' ||
      text[23] != '-') {
    return bad();
  }
  EntryUuid id;
  for (std::size_t i = 0; i < id.bytes_.size(); ++i) {
    const unsigned high = hex_value(text[kUuidPlaces[i]]);
    const unsigned low = hex_value(text[kUuidPlaces[i] + 1]);
    if ((high | low) > 15) return bad();
    id.bytes_[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  return id;
}

EntryUuid EntryUuid::from_bytes(std::string_view sixteen_bytes) {
  EntryUuid id;
  if (sixteen_bytes.size() != id.bytes_.size()) throw std::invalid_argument("a UUID is 16 bytes");
  std::memcpy(id.bytes_.data(), sixteen_bytes.data(), id.bytes_.size());
  return id;
}

EntryUuid EntryUuid::random() {
  EntryUuid id = from_bytes(random_bytes(16));
  // RFC 9562 section 5.4: version 4, variant 10.
  id.bytes_[6] = static_cast<std::uint8_t>((id.bytes_[6] & 0x0f) | 0x40);
  id.bytes_[8] = static_cast<std::uint8_t>((id.bytes_[8] & 0x3f) | 0x80);
  return id;
}

std::string EntryUuid::str() const {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out(kUuidText, '-');
  for (std::size_t i = 0; i < bytes_.size(); ++i) {
    out[kUuidPlaces[i]] = kDigits[bytes_[i] >> 4];
    out[kUuidPlaces[i] + 1] = kDigits[bytes_[i] & 0xf];
  }
  return out;
}

std::size_t EntryUuid::hash() const {
  std::uint64_t halves[2];
  std::memcpy(halves, bytes_.data(), sizeof halves);
  // UUIDs made in a row differ in few bits, an import's perhaps in its last bytes alone: every bit
  // must reach the low ones, which tables use (MurmurHash3's finalizer).
  std::uint64_t mixed = halves[0] ^ (halves[1] * 0x9e3779b97f4a7c15U);
  mixed = (mixed ^ (mixed >> 33)) * 0xff51afd7ed558ccdU;
  mixed = (mixed ^ (mixed >> 33)) * 0xc4ceb9fe1a85ec53U;
  return static_cast<std::size_t>(mixed ^ (mixed >> 33));
}

Result<RequestId> RequestId::parse(std::string_view text) {
  const auto entry = EntryUuid::parse(text);
  if (!entry) return entry.error();
  return RequestId(*entry);
}

namespace {

constexpr std::size_t kSiretDigits = 14;
constexpr std::string_view kLaPoste = "356000000";

// The digits without the spaces people write between them, or a refusal at any other character.
bool strip_spaces(std::string_view text, std::string& digits) {
  constexpr std::string_view kNoBreak = "\xC2\xA0";
  constexpr std::string_view kNarrowNoBreak = "\xE2\x80\xAF";
  while (!text.empty()) {
    std::size_t used = 1;
    if (is_digit(text.front())) {
      digits += text.front();
    } else if (text.starts_with(kNoBreak)) {
      used = kNoBreak.size();
    } else if (text.starts_with(kNarrowNoBreak)) {
      used = kNarrowNoBreak.size();
    } else if (text.front() != ' ') {
      return false;
    }
    text.remove_prefix(used);
  }
  return true;
}

bool luhn(std::string_view digits) {
  int sum = 0;
  bool twice = false;
  for (auto it = digits.rbegin(); it != digits.rend(); ++it, twice = !twice) {
    const int value = (*it - '0') * (twice ? 2 : 1);
    sum += value > 9 ? value - 9 : value;
  }
  return sum % 10 == 0;
}

bool siret_checksum(std::string_view digits) {
  int sum = 0;
  for (const char c : digits) sum += c - '0';
  if (sum == 0) return false;
  return luhn(digits) || (digits.starts_with(kLaPoste) && sum % 5 == 0);
}

}  // namespace

Result<Siret> Siret::parse(std::string_view text) {
  std::string digits;
  if (!strip_spaces(text, digits)) return invalid("siret-digits", "a SIRET has digits only");
  if (digits.empty()) return invalid("siret-empty", "no SIRET");
  if (digits.size() != kSiretDigits) return invalid("siret-length", "a SIRET has 14 digits");
  if (!siret_checksum(digits)) return invalid("siret-checksum", "the SIRET has a wrong digit");
  return Siret(std::move(digits));
}

std::string Siret::spaced() const {
  return digits_.substr(0, 3) + ' ' + digits_.substr(3, 3) + ' ' + digits_.substr(6, 3) + ' ' +
         digits_.substr(9);
}

namespace {

constexpr std::size_t kMostAddress = 254;
constexpr std::size_t kMostLocalPart = 64;  // RFC 5321 section 4.5.3.1.1
constexpr std::size_t kMostLabel = 63;      // RFC 1035 section 2.3.4

// atext of RFC 5322 without what mail programs have read as a route or a command: % ! | `
bool is_atom_character(char c) {
  constexpr std::string_view kMarks = "#$&'*+-/=?^_{}~";
  return is_alnum(c) || kMarks.find(c) != std::string_view::npos;
}

bool is_local_part(std::string_view text) {
  if (text.empty() || text.size() > kMostLocalPart || text.front() == '-') return false;
  bool after_dot = true;
  for (const char c : text) {
    if (c == '.' ? after_dot : !is_atom_character(c)) return false;
    after_dot = c == '.';
  }
  return !after_dot;
}

bool is_label(std::string_view text) {
  return !text.empty() && text.size() <= kMostLabel && text.front() != '-' && text.back() != '-' &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_alnum(c) || c == '-'; });
}

// At least two labels, the last not a number: an IPv4 address is no domain.
bool is_domain(std::string_view text) {
  const std::size_t last_dot = text.rfind('.');
  if (last_dot == std::string_view::npos) return false;
  const std::string_view top = text.substr(last_dot + 1);
  if (std::all_of(top.begin(), top.end(), is_digit)) return false;
  for (std::size_t dot = 0; dot != std::string_view::npos;) {
    dot = text.find('.');
    if (!is_label(text.substr(0, dot))) return false;
    if (dot != std::string_view::npos) text.remove_prefix(dot + 1);
  }
  return true;
}

}  // namespace

Result<Email> Email::parse(std::string_view text) {
  if (text.size() > kMostAddress) return invalid("email-length", "a mail address of 255 or more");
  const std::size_t at = text.find('@');
  if (at == std::string_view::npos || !is_local_part(text.substr(0, at)) ||
      !is_domain(text.substr(at + 1))) {
    return invalid("email-syntax", "not one plain mail address");
  }
  return Email(std::string(text));
}

std::string Email::domain() const { return ascii_lower(address_.substr(address_.find('@') + 1)); }

Result<RoleId> RoleId::parse(std::string_view application, std::string_view role) {
  if (!is_slug(application) || !is_slug(role)) {
    return invalid("role-syntax", "application and role are lower-case letters, digits and dashes");
  }
  return RoleId(std::string(application), std::string(role));
}

bool is_slug(std::string_view text) {
  constexpr std::size_t kMost = 32;
  return !text.empty() && text.size() <= kMost && text.front() != '-' &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return is_digit(c) || is_lower(c) || c == '-'; });
}

}  // namespace habilitd
