#include "workflow/outbox.h"

#include <algorithm>

#include "base/crypto.h"
#include "workflow/mail_text.h"
#include "workflow/sendmail.h"
#include "workflow/services.h"

namespace habilitd::workflow {
namespace {

using ldap::Attr;
using ldap::Change;
using ldap::Identity;
using ldap::RecordPtr;

// sysexits.h EX_TEMPFAIL: the message could not be taken now.
constexpr int kTemporaryFailure = 75;
// A sender that claimed a job and never came back loses it: longer than any delivery may take.
constexpr Duration kClaimLasts{60 * 1000};
constexpr Duration kFirstWait{30 * 1000}, kLongestWait{30 * 60 * 1000};

// A waiting job, with the value that stands in the directory.
struct Waiting {
  RecordPtr entry;
  std::string value;
  MailJob job;
};

struct Found {
  std::vector<Waiting> due;  // earliest first
  std::optional<Instant> next;
};

void take_jobs(const RecordPtr& entry, Instant now, Found& found) {
  for (const std::string_view value : entry->values(Attr::kHabOutbox)) {
    auto job = decode_job(value);
    if (!job || job->dead) continue;
    if (job->next > now) {
      found.next = found.next ? std::min(*found.next, job->next) : job->next;
    } else {
      found.due.push_back({entry, std::string(value), *std::move(job)});
    }
  }
}

Result<Found> find_jobs(Services& services) {
  const auto view = services.directory.view();
  if (!view) return view.error();
  Found found;
  const Instant now = services.clock.now();
  for (const ldap::NodeId node : view->all(ldap::Kind::kRequest)) {
    const RecordPtr entry = view->at(node);
    if (entry && entry->has(Attr::kHabOutbox)) take_jobs(entry, now, found);
  }
  std::stable_sort(found.due.begin(), found.due.end(),
                   [](const Waiting& a, const Waiting& b) { return a.job.next < b.job.next; });
  return found;
}

// One value of the entry becomes another (or nothing), if it is still there.
Status swap_value(Services& services, const Waiting& waiting, const std::string& from,
                  const std::optional<std::string>& to) {
  const auto dn = ldap::Dn::parse(waiting.entry->dn());
  if (!dn) return dn.error();
  const ldap::Layout& layout = services.directory.layout();
  std::vector<Change> changes{ldap::change(layout, Change::Op::kDelete, Attr::kHabOutbox, {from})};
  if (to) changes.push_back(ldap::change(layout, Change::Op::kAdd, Attr::kHabOutbox, {*to}));
  const auto written = services.directory.modify(Identity::kDecisions, *dn, changes);
  if (written) return done();
  return written.error();
}

Duration wait_after(int tries) {
  return std::min(Duration{kFirstWait.count() << std::min(tries - 1, 16)}, kLongestWait);
}

// What stands in the outbox after an attempt: nothing when it was sent.
std::optional<std::string> after_attempt(Services& services, MailJob job, int exit_code) {
  if (exit_code == 0) return std::nullopt;
  job.claim.clear();
  job.tries += 1;
  if (exit_code == kTemporaryFailure) {
    job.next = services.clock.now() + wait_after(job.tries);
  } else {
    job.dead = true;
  }
  return encode_job(job);
}

void report(Services& services, const Waiting& waiting, int exit_code) {
  const char* result = exit_code == 0                   ? "result=\"sent\""
                       : exit_code == kTemporaryFailure ? "result=\"later\""
                                                        : "result=\"dead\"";
  services.metrics.count("habilitd_mails_total", result);
  if (exit_code == 0) return;
  services.log.warn(exit_code == kTemporaryFailure ? "mail.later" : "mail.dead",
                    {{"request", waiting.entry->id().str()},
                     {"kind", waiting.job.kind},
                     {"exit", static_cast<long long>(exit_code)},
                     {"tries", static_cast<long long>(waiting.job.tries + 1)}});
}

int deliver(Services& services, const Waiting& waiting, const RequestRecord& record) {
  const MailSettings& mail = services.settings.mail;
  return run_sendmail({services.settings.sendmail, mail.sender, waiting.job.to,
                       services.settings.sendmail_deadline},
                      mail_message(mail, waiting.job, record, services.clock));
}

// Was the mail sent? False when somebody else has the job, or it has to wait.
Result<bool> send_one(Services& services, const Waiting& waiting) {
  const auto record = request_from(*waiting.entry);
  if (!record) return record.error();
  MailJob claimed = waiting.job;
  claimed.claim = to_hex(random_bytes(8));
  claimed.next = services.clock.now() + kClaimLasts;
  const std::string value = encode_job(claimed);
  if (auto claim = swap_value(services, waiting, waiting.value, value); !claim) {
    if (claim.error().directory_code == ldap::code::kNoSuchAttribute) return false;
    return claim.error();
  }
  const int exit_code = deliver(services, waiting, *record);
  report(services, waiting, exit_code);
  // If this write is lost the mail goes out again after the claim, with the same Message-ID.
  auto noted =
      swap_value(services, waiting, value, after_attempt(services, waiting.job, exit_code));
  if (!noted) return noted.error();
  return exit_code == 0;
}

std::string text(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

int number(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_number_integer() ? found->get<int>() : 0;
}

}  // namespace

std::string encode_job(const MailJob& job) {
  Json json{{"kind", job.kind},         {"to", job.to.str()},       {"to_name", job.to_name},
            {"language", job.language}, {"revision", job.revision}, {"next", to_rfc3339(job.next)}};
  if (job.tries != 0) json["tries"] = job.tries;
  if (!job.claim.empty()) json["claim"] = job.claim;
  if (job.dead) json["dead"] = true;
  if (job.data.is_object() && !job.data.empty()) json["data"] = job.data;
  return dump(json);
}

Result<MailJob> decode_job(std::string_view value) {
  const auto json = parse_json(value);
  if (!json) return json.error();
  if (!json->is_object()) return invalid("mail-job", "not an object");
  auto to = Email::parse(text(*json, "to"));
  if (!to) return invalid("mail-job", "no address");
  auto next = parse_rfc3339(text(*json, "next"));
  if (!next) return invalid("mail-job", "no time");
  MailJob job{text(*json, "kind"),
              *std::move(to),
              text(*json, "to_name"),
              text(*json, "language"),
              number(*json, "revision"),
              number(*json, "tries"),
              *next,
              text(*json, "claim"),
              false,
              Json::object()};
  if (const auto dead = json->find("dead"); dead != json->end()) job.dead = *dead == true;
  if (const auto data = json->find("data"); data != json->end()) job.data = *data;
  return job;
}

Result<std::size_t> send_due_mails(Services& services) {
  const std::uint64_t changes = services.directory.mirror().changes();
  const Instant now = services.clock.now();
  const bool idle = services.outbox_pass().with([&](const Services::OutboxPass& last) {
    return last.complete && last.changes == changes && now < last.next;
  });
  if (idle) return std::size_t{0};
  const auto found = find_jobs(services);
  if (!found) return found.error();
  std::size_t sent = 0;
  bool complete = true;
  for (const Waiting& waiting : found->due) {
    const auto one = send_one(services, waiting);
    if (!one && one.error().code == Errc::kUnavailable) return one.error();
    if (!one) {
      complete = false;
      services.log.error("mail.failed",
                         {{"request", waiting.entry->id().str()}, {"reason", one.error().reason}});
    } else if (*one) {
      ++sent;
    }
  }
  services.outbox_pass().with([&](Services::OutboxPass& pass) {
    // What was sent changed the mirror: the next pass looks again, then rests.
    pass = {changes, complete, found->next.value_or(now + kLongestWait)};
  });
  return sent;
}

Result<std::vector<QueuedMail>> queued_mails(Services& services) {
  const auto view = services.directory.view();
  if (!view) return view.error();
  std::vector<QueuedMail> queued;
  for (const ldap::NodeId node : view->all(ldap::Kind::kRequest)) {
    const RecordPtr entry = view->at(node);
    if (!entry || !entry->has(Attr::kHabOutbox)) continue;
    for (const std::string_view value : entry->values(Attr::kHabOutbox)) {
      auto job = decode_job(value);
      if (job) queued.push_back({RequestId(entry->id()), *std::move(job)});
    }
  }
  return queued;
}

}  // namespace habilitd::workflow
