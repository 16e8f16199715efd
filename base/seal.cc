#include "base/seal.h"

#include <openssl/evp.h>

#include <memory>
#include <stdexcept>

namespace habilitd {
namespace {

constexpr std::size_t kNonce = 12, kTag = 16;

using Context = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

void need(bool good) {
  if (!good) throw std::runtime_error("OpenSSL cannot do AES-256-GCM");
}

Context open_context(const Sha256& key, std::string_view nonce, bool sealing) {
  Context context(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
  need(context != nullptr && EVP_CipherInit_ex(context.get(), EVP_aes_256_gcm(), nullptr,
                                               key.data(), bytes_of(nonce), sealing ? 1 : 0) == 1);
  return context;
}

// The text through the cipher; the counter mode keeps its length.
std::string pass(EVP_CIPHER_CTX* context, std::string_view text, std::string_view bound_to) {
  int length = 0;
  need(EVP_CipherUpdate(context, nullptr, &length, bytes_of(bound_to),
                        static_cast<int>(bound_to.size())) == 1);
  std::string out(text.size(), '\0');
  need(EVP_CipherUpdate(context, bytes_of(out), &length, bytes_of(text),
                        static_cast<int>(text.size())) == 1);
  return out;
}

}  // namespace

std::string seal(const Sha256& key, std::string_view text, std::string_view bound_to) {
  const std::string nonce = random_bytes(kNonce);
  const Context context = open_context(key, nonce, true);
  const std::string hidden = pass(context.get(), text, bound_to);
  std::string tag(kTag, '\0');
  unsigned char rest[kTag];
  int length = 0;
  need(EVP_CipherFinal_ex(context.get(), rest, &length) == 1);
  need(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, kTag, tag.data()) == 1);
  return to_base64url(nonce + hidden + tag);
}

std::optional<std::string> unseal(const Sha256& key, std::string_view sealed,
                                  std::string_view bound_to) {
  const auto bytes = from_base64url(sealed);
  if (!bytes || bytes->size() < kNonce + kTag) return std::nullopt;
  const std::string_view all(*bytes);
  const Context context = open_context(key, all.substr(0, kNonce), false);
  std::string text = pass(context.get(), all.substr(kNonce, all.size() - kNonce - kTag), bound_to);
  std::string tag(all.substr(all.size() - kTag));
  need(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, kTag, tag.data()) == 1);
  unsigned char rest[kTag];
  int length = 0;
  if (EVP_CipherFinal_ex(context.get(), rest, &length) != 1) return std::nullopt;
  return text;
}

}  // namespace habilitd
