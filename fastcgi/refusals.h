// Answers that no handler gives: malformed requests, unknown paths, exceptions. Each in the form of
// the protocol it was addressed to.
#pragma once

#include <string>
#include <string_view>

#include "base/http.h"
#include "base/result.h"

namespace habilitd::fastcgi {

enum class Form { kScim, kAuthzen, kPage };

// The form by the beginning of the raw target, for requests whose target cannot be read.
Form form_of_raw_target(std::string_view raw_target);

struct Problem {
  int status = 500;
  std::string reason;  // stable id
  std::string detail;  // shown to the caller
};
Response refuse(Form, const Problem&, const Request&);

// The HTTP status of an error, for protocols without a table of their own.
int status_of(const Error&);

}  // namespace habilitd::fastcgi
