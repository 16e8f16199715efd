#include "base/secret.h"

#include <openssl/crypto.h>

#include <utility>

namespace habilitd {

namespace {

// The whole buffer, not only the characters in use: a moved-from short string keeps its old bytes.
// Growing to the capacity never allocates.
void wipe(std::string& value) {
  value.resize(value.capacity());
  OPENSSL_cleanse(value.data(), value.size());
  value.clear();
}

}  // namespace

Secret::~Secret() { wipe(value_); }

Secret::Secret(Secret&& other) noexcept : value_(std::move(other.value_)) { wipe(other.value_); }

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    wipe(value_);
    value_ = std::move(other.value_);
    wipe(other.value_);
  }
  return *this;
}

}  // namespace habilitd
