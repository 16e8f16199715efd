// Mails still to be sent. A job is a value of habOutbox on the entry whose change caused it,
// written by the same modify, so a decision and its mails cannot part. The sender claims a job by
// compare-and-swap, hands it to `sendmail -i -f SENDER -- ADDRESS` and removes it; exit 75 is tried
// again with back-off, other failures become dead letters.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/json.h"
#include "base/result.h"
#include "ldap/directory.h"

namespace habilitd::workflow {

class Services;

struct MailJob {
  std::string kind;  // request-received, request-receipt, request-approved, request-refused,
                     // handled-by, cancelled, granted, revoked
  Email to;
  std::string to_name, language;
  int revision = 0;  // of the request
  int tries = 0;
  Instant next{};     // not before
  std::string claim;  // empty: free
  bool dead = false;
  Json data;  // what the text needs and the record does not hold
};
std::string encode_job(const MailJob&);
Result<MailJob> decode_job(std::string_view);

// One pass over all waiting jobs that are due; returns how many were sent. Called by the sender
// thread.
Result<std::size_t> send_due_mails(Services&);

// Every mail that has not left: it waits, or is a dead letter (job.dead).
struct QueuedMail {
  RequestId entry;
  MailJob job;
};
Result<std::vector<QueuedMail>> queued_mails(Services&);

}  // namespace habilitd::workflow
