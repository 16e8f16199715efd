// One attempt to decide something, in the audit log: what is intended before the write, what became
// of it after. Nothing is written to the directory when the first line cannot be. The first line
// reaches the disk while the directory works, and end() waits for it (docs/decisions/0009).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "workflow/decisions.h"
#include "workflow/request_record.h"

namespace habilitd::workflow {

class Deed {
 public:
  // When the lines are on the disk: before the answer, or a moment after it at the latest.
  enum class Durable { kAtAnswer, kSoon };

  // `event` names the use case ("request.approve"); `about` holds ids only: person, application,
  // role, structure, request, operation.
  Deed(Services&, const Actor&, std::string event, Json about, Durable = Durable::kAtAnswer);
  Deed(Services&, const Actor&, std::string event, const RequestRecord&,
       const std::string& operation);

  // Adds what the policy said to the lines that follow.
  void judged(const policies::Decision&);
  // kUnavailable with reason audit-unavailable: do not go on.
  Status intend();
  void note(const char* name, std::string value) { about_[name] = std::move(value); }

  // The last line: done, repeated, refused with the reason, or unknown. Returns when the first line
  // is on the disk; the last may follow a moment later, for what it tells stands in the directory.
  // A refusal may be the only line, and is waited for. A failure of the log itself is logged.
  void end(const char* result);
  void end(const Error&);

 private:
  Json line(const char* result, const std::string& reason) const;
  void tell(const Error& failure);  // of the audit log

  Services& services_;
  std::string event_;
  Json about_;
  Durable durable_ = Durable::kAtAnswer;
  std::uint64_t intended_ = 0;  // the number of the first line; 0: nobody waits for it
};

// Who came or went; of very many, how many.
Json ids_json(const std::vector<EntryUuid>&);
// What habSource says of an entry that the actor made: "scim:NAME" for a client, else empty.
std::string source_name(const Actor&);
Json about(const EntryUuid& person, const std::string& application, const std::string& role,
           const std::string& siret);

}  // namespace habilitd::workflow
