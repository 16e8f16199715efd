#include "workflow/outbox.h"

#include <iostream>

#include "fastcgi/commands/commands.h"
#include "fastcgi/commands/services_context.h"

namespace habilitd::fastcgi {

int outbox_list(const std::string& config) {
  auto configuration = configuration_or_complaint(config);
  if (!configuration) return kExitUsage;
  const auto context = ServicesContext::open(*std::move(configuration), {});
  if (!context) return complain(context.error());
  const auto mails = workflow::queued_mails((*context)->services());
  if (!mails) return complain(mails.error());
  bool any_dead = false;
  for (const workflow::QueuedMail& mail : *mails) {
    std::cout << (mail.job.dead ? "dead" : "waiting") << '\t' << mail.entry.str() << '\t'
              << mail.job.kind << '\t' << mail.job.to.str() << '\t' << mail.job.tries << " tries\n";
    any_dead = any_dead || mail.job.dead;
  }
  return any_dead ? kExitFailed : kExitDone;
}

}  // namespace habilitd::fastcgi
