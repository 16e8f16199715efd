// A client's settings as the text that its token entry keeps (habClient, JSON).
#pragma once

#include <string>
#include <string_view>

#include "workflow/tokens.h"

namespace habilitd::workflow {

std::string encode_client(const Client&);
// False for what encode_client() cannot have written: a client that cannot be read may do nothing.
bool decode_client(std::string_view text, Client&);
// kInvalid: token-name | token-scope | token-dialect | token-structure | token-domain | token-rate.
Status check_client(const Client&);

// A mail domain in lower case, or kInvalid (token-domain).
Result<std::string> parse_mail_domain(std::string_view);

}  // namespace habilitd::workflow
