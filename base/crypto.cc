#include "base/crypto.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <memory>
#include <stdexcept>

namespace habilitd {

namespace {

constexpr std::string_view kPlainAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kUrlAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

const unsigned char* bytes_of(std::string_view data) {
  return reinterpret_cast<const unsigned char*>(data.data());
}

std::string_view view_of(const Sha256& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

void need(bool good, const char* what) {
  if (!good) throw std::runtime_error(std::string("OpenSSL cannot do ") + what);
}

std::string encode(std::string_view bytes, std::string_view alphabet) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  std::uint32_t bits = 0;
  unsigned held = 0;
  for (const char c : bytes) {
    bits = (bits << 8 | static_cast<unsigned char>(c)) & 0xffffffU;
    for (held += 8; held >= 6;) {
      held -= 6;
      out += alphabet[bits >> held & 0x3fU];
    }
  }
  if (held > 0) out += alphabet[bits << (6 - held) & 0x3fU];
  return out;
}

// Refuses what another writer could have written otherwise: left-over bits must be zero, so that
// one value has one text.
Result<std::string> decode(std::string_view text, std::string_view alphabet) {
  const Error bad = invalid("base64-syntax", "not base64 in the wanted alphabet and padding");
  if (text.size() % 4 == 1) return bad;
  std::string out;
  out.reserve(text.size() * 3 / 4);
  std::uint32_t bits = 0;
  unsigned held = 0;
  for (const char c : text) {
    const std::size_t value = alphabet.find(c);
    if (value == std::string_view::npos) return bad;
    bits = (bits << 6 | static_cast<std::uint32_t>(value)) & 0xffffffU;
    held += 6;
    if (held >= 8) {
      held -= 8;
      out += static_cast<char>(bits >> held & 0xffU);
    }
  }
  if ((bits & ((1U << held) - 1)) != 0) return bad;
  return out;
}

}  // namespace

std::string random_bytes(std::size_t count) {
  std::string out(count, '\0');
  need(RAND_bytes(reinterpret_cast<unsigned char*>(out.data()), static_cast<int>(count)) == 1,
       "randomness");
  return out;
}

Secret random_token() {
  const Secret bytes(random_bytes(32));
  return Secret(to_base64url(bytes.reveal()));
}

Sha256 sha256(std::string_view data) {
  // Made once: EVP_sha256() would be looked up, and a context made, for every digest.
  static EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  thread_local const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(
      EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  Sha256 out;
  need(algorithm != nullptr && context != nullptr &&
           EVP_DigestInit_ex2(context.get(), algorithm, nullptr) == 1 &&
           EVP_DigestUpdate(context.get(), data.data(), data.size()) == 1 &&
           EVP_DigestFinal_ex(context.get(), out.data(), nullptr) == 1,
       "SHA-256");
  return out;
}

Sha256 hmac_sha256(std::string_view key, std::string_view data) {
  Sha256 out;
  // OpenSSL takes a null key for "the key of last time", even when its length is zero.
  const char* key_bytes = key.empty() ? "" : key.data();
  need(HMAC(EVP_sha256(), key_bytes, static_cast<int>(key.size()), bytes_of(data), data.size(),
            out.data(), nullptr) != nullptr,
       "HMAC");
  return out;
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string to_hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += kDigits[byte >> 4];
    out += kDigits[byte & 0xf];
  }
  return out;
}

std::string to_hex(const Sha256& digest) { return to_hex(view_of(digest)); }

std::string to_base64(std::string_view bytes) {
  std::string out = encode(bytes, kPlainAlphabet);
  out.append((4 - out.size() % 4) % 4, '=');
  return out;
}

std::string to_base64url(std::string_view bytes) { return encode(bytes, kUrlAlphabet); }

Result<std::string> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return invalid("base64-syntax", "the padding is missing");
  for (int pad = 0; pad < 2 && text.ends_with('='); ++pad) text.remove_suffix(1);
  return decode(text, kPlainAlphabet);
}

Result<std::string> from_base64url(std::string_view text) { return decode(text, kUrlAlphabet); }

std::string secret_fingerprint(std::string_view kind, const Secret& secret) {
  std::string joined;
  joined.reserve(kind.size() + 1 + secret.reveal().size());
  joined.append(kind).append(":").append(secret.reveal());
  const Secret text(std::move(joined));
  return to_hex(sha256(text.reveal()));
}

}  // namespace habilitd
