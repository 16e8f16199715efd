// Randomness, digests and encodings. OpenSSL underneath; throws std::runtime_error when OpenSSL
// fails (a machine without randomness must not serve).
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"

namespace habilitd {

using Sha256 = std::array<std::uint8_t, 32>;

std::string random_bytes(std::size_t count);
// 256 random bits, base64url without padding (43 characters).
Secret random_token();

Sha256 sha256(std::string_view data);
Sha256 hmac_sha256(std::string_view key, std::string_view data);
bool equal_in_constant_time(std::string_view, std::string_view);

std::string to_hex(std::string_view bytes);
std::string to_hex(const Sha256&);
std::string to_base64(std::string_view bytes);     // RFC 4648 section 4, padded
std::string to_base64url(std::string_view bytes);  // RFC 4648 section 5, not padded
// Only the text the writers above would write is read. Error: kInvalid, base64-syntax.
Result<std::string> from_base64(std::string_view);
Result<std::string> from_base64url(std::string_view);

// What the directory keeps of a secret: lower-case hex of SHA-256(kind ":" secret). The kind keeps
// a session from being used as a token of another sort.
std::string secret_fingerprint(std::string_view kind, const Secret&);

}  // namespace habilitd
