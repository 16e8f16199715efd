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
  const auto letters = workflow::dead_letters((*context)->services());
  if (!letters) return complain(letters.error());
  for (const workflow::DeadLetter& letter : *letters) {
    std::cout << letter.entry.str() << '\t' << letter.job.kind << '\t' << letter.job.to.str()
              << '\t' << letter.job.tries << " tries\n";
  }
  return letters->empty() ? kExitDone : kExitFailed;
}

}  // namespace habilitd::fastcgi
