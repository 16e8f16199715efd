#include "fastcgi/jwks_fetch.h"

#include <curl/curl.h>

#include <array>
#include <memory>
#include <stdexcept>

namespace habilitd::fastcgi {
namespace {

struct CleanUp {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};

// What libcurl's callbacks see.
struct Answer {
  std::string body;
  std::size_t max_bytes;
  const std::atomic<bool>& stop;
};

std::size_t take(char* data, std::size_t, std::size_t size, void* context) {
  auto& answer = *static_cast<Answer*>(context);
  if (answer.body.size() + size > answer.max_bytes) return CURL_WRITEFUNC_ERROR;
  answer.body.append(data, size);
  return size;
}

int ask_whether_to_stop(void* context, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<const Answer*>(context)->stop ? 1 : 0;
}

class Transfer {
 public:
  explicit Transfer(Answer& answer) : answer_(answer) {
    static const CURLcode begun = curl_global_init(CURL_GLOBAL_DEFAULT);
    handle_.reset(begun == CURLE_OK ? curl_easy_init() : nullptr);
    if (!handle_) throw std::runtime_error("libcurl cannot be used");
  }

  void prepare(const JwksSource& source) {
    trust(source);
    set(CURLOPT_URL, source.uri.c_str());
    set(CURLOPT_FOLLOWLOCATION, 0L);
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(source.time_out.count()));
    set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(source.time_out.count()));
    set(CURLOPT_WRITEFUNCTION, &take);
    set(CURLOPT_WRITEDATA, &answer_);
    set(CURLOPT_NOPROGRESS, 0L);
    set(CURLOPT_XFERINFOFUNCTION, &ask_whether_to_stop);
    set(CURLOPT_XFERINFODATA, &answer_);
    set(CURLOPT_ERRORBUFFER, message_.data());
  }

  CURLcode run() { return curl_easy_perform(handle_.get()); }
  long status() const {
    long status = 0;
    curl_easy_getinfo(handle_.get(), CURLINFO_RESPONSE_CODE, &status);
    return status;
  }
  std::string message(CURLcode code) const {
    return message_.front() != '\0' ? message_.data() : curl_easy_strerror(code);
  }

 private:
  // An option that cannot be set would leave a hole: a bug, or a libcurl that cannot serve.
  template <class Value>
  void set(CURLoption option, Value value) {
    if (curl_easy_setopt(handle_.get(), option, value) != CURLE_OK) {
      throw std::runtime_error("libcurl refuses option " + std::to_string(option));
    }
  }

  void trust(const JwksSource& source) {
    set(CURLOPT_PROTOCOLS_STR, "https");
    set(CURLOPT_SSL_VERIFYPEER, 1L);
    set(CURLOPT_SSL_VERIFYHOST, 2L);
    set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    if (source.ca_file.empty()) return;
    set(CURLOPT_CAINFO, source.ca_file.c_str());
    set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));  // that file alone
  }

  Answer& answer_;
  std::unique_ptr<CURL, CleanUp> handle_;
  std::array<char, CURL_ERROR_SIZE> message_{};
};

Error unavailable(const char* reason, std::string detail) {
  return {Errc::kUnavailable, reason, std::move(detail)};
}

Error explain(CURLcode code, const std::string& message) {
  switch (code) {
    case CURLE_PEER_FAILED_VERIFICATION:
      return unavailable("jwks-certificate", message + "; name its authority in jwt.ca_file");
    case CURLE_SSL_CACERT_BADFILE:
      return unavailable("jwks-ca-file", message +
                                             "; jwt.ca_file must be a PEM file that habilitd "
                                             "can read");
    case CURLE_UNSUPPORTED_PROTOCOL:
      return unavailable("jwks-https-only", "jwt.jwks_uri must begin with https://");
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
      return unavailable("jwks-connect", message + "; is the IAM up, and the way to it open?");
    case CURLE_OPERATION_TIMEDOUT:
      return unavailable("jwks-time-out", message);
    case CURLE_WRITE_ERROR:
      return unavailable("jwks-size", "the answer is too large to be a key set");
    case CURLE_ABORTED_BY_CALLBACK:
      return unavailable("jwks-stopped", "the program is stopping");
    default:
      return unavailable("jwks-transfer", message);
  }
}

}  // namespace

Result<std::string> fetch_jwks(const JwksSource& source, const std::atomic<bool>& stop) {
  Answer answer{{}, source.max_bytes, stop};
  Transfer transfer(answer);
  transfer.prepare(source);
  const CURLcode code = transfer.run();
  if (code != CURLE_OK) return explain(code, transfer.message(code));
  const long status = transfer.status();
  if (status == 200) return std::move(answer.body);
  std::string detail = "the IAM answered " + std::to_string(status);
  if (status >= 300 && status < 400)
    detail += "; redirects are not followed, name the last address";
  return unavailable("jwks-status", std::move(detail));
}

}  // namespace habilitd::fastcgi
