// The words of every mail, in French and English, plain text; and the message around them (GMime).
#pragma once

#include <string>

#include "workflow/outbox.h"
#include "workflow/request_record.h"

namespace habilitd::workflow {

struct MailSettings {
  std::string sender = "no-reply@localhost.localdomain";  // envelope and From
  std::string sender_name, signature_fr, signature_en;
  std::string base_url;  // without a trailing slash
};
struct MailText {
  std::string subject, body;
};
MailText mail_text(const MailSettings&, const MailJob&, const RequestRecord&, const Clock&);
// RFC 5322 with CRLF; Auto-Submitted, Message-ID from (request, revision, recipient), References to
// the request's thread.
std::string mail_message(const MailSettings&, const MailJob&, const RequestRecord&, const Clock&);

}  // namespace habilitd::workflow
