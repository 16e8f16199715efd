// Text that only we can read and nobody can change, for what a client carries from one request to
// the next: AES-256-GCM (NIST SP 800-38D), written in characters that need no escape in a URL.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/crypto.h"

namespace habilitd {

// `bound_to` is not inside; opening it demands the same. Nonces are random: a key is good for 2^32
// seals. Throws as base/crypto.h does.
std::string seal(const Sha256& key, std::string_view text, std::string_view bound_to);
// None for everything that seal() did not write with this key and for this purpose.
std::optional<std::string> unseal(const Sha256& key, std::string_view sealed,
                                  std::string_view bound_to);

}  // namespace habilitd
