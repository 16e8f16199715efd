#include "workflow/notices.h"

#include "workflow/managers.h"
#include "workflow/services.h"
#include "workflow/stages.h"

namespace habilitd::workflow {
namespace {

// The jobs of one change of a record.
class Notices {
 public:
  Notices(Services& services, const RequestRecord& record) : services_(services), record_(record) {}

  void add(const char* kind, const std::string& address, const std::string& name,
           const std::string& language, const Json& data = Json::object()) {
    auto to = Email::parse(address);
    if (!to) {
      services_.log.warn("notice.no-address",
                         {{"kind", kind}, {"application", record_.application}});
      return;
    }
    // The revision that this change leads to names the message.
    const bool is_new = record_.id.entry().nil();
    const int revision = is_new ? record_.revision : record_.revision + 1;
    jobs_.push_back({kind,
                     *std::move(to),
                     name,
                     language,
                     revision,
                     0,
                     services_.clock.now(),
                     {},
                     false,
                     data});
  }

  // The person as she is known now, else as the record remembers her.
  void to_person(const char* kind, const Json& data = Json::object()) {
    const auto view = services_.directory.view();
    const auto person = view ? find_person(*view, record_.person) : Result<Person>(Error{});
    if (person) {
      add(kind, person->mail, person->name, person->language, data);
    } else {
      add(kind, record_.person_mail, record_.person_name, record_.language, data);
    }
  }

  void to_approvers(const char* kind, const Actor& but, const Json& data = Json::object()) {
    for (const Person& person : approvers(services_, record_)) {
      if (person.id != but.id) add(kind, person.mail, person.name, person.language, data);
    }
  }

  // Managers, but the one who acted and the person concerned.
  void to_other_managers(const Actor& by, const char* outcome, const std::string& reason = {}) {
    const auto view = services_.directory.view();
    const auto policy = services_.catalogue.policy(record_.application);
    if (!view || !policy) return;
    Json data{{"by", by.name}, {"outcome", outcome}};
    if (!reason.empty()) data["reason"] = reason;
    for (const Person& person : managers_of(*view, *policy, record_.siret)) {
      if (person.id == by.id || person.id == record_.person) continue;
      add("handled-by", person.mail, person.name, person.language, data);
    }
  }

  std::vector<MailJob> take() { return std::move(jobs_); }

 private:
  Services& services_;
  const RequestRecord& record_;
  std::vector<MailJob> jobs_;
};

Json reason_data(const std::string& reason) {
  return reason.empty() ? Json::object() : Json{{"reason", reason}};
}

}  // namespace

std::vector<MailJob> approval_notices(Services& services, const RequestRecord& record,
                                      const Actor& asker) {
  Notices notices(services, record);
  notices.to_approvers("request-received", asker);
  return notices.take();
}

std::vector<MailJob> submission_notices(Services& services, const RequestRecord& record,
                                        const Actor& asker) {
  Notices notices(services, record);
  notices.to_approvers("request-received", asker);
  notices.to_person("request-receipt");
  return notices.take();
}

std::vector<MailJob> approved_notices(Services& services, const RequestRecord& record,
                                      const Actor& by) {
  Notices notices(services, record);
  notices.to_person("request-approved");
  notices.to_other_managers(by, "approved");
  return notices.take();
}

std::vector<MailJob> refused_notices(Services& services, const RequestRecord& record,
                                     const Actor& by, const std::string& reason) {
  Notices notices(services, record);
  notices.to_person("request-refused", reason_data(reason));
  notices.to_other_managers(by, "refused", reason);
  return notices.take();
}

std::vector<MailJob> cancelled_notices(Services& services, const RequestRecord& record,
                                       const Actor& by) {
  Notices notices(services, record);
  const bool by_person = by.id == record.person && !by.id.nil();
  if (!by_person) notices.to_person("cancelled", {{"own", true}});
  notices.to_approvers("cancelled", by);
  return notices.take();
}

std::vector<MailJob> granted_notices(Services& services, const RequestRecord& record,
                                     const Actor& by) {
  Notices notices(services, record);
  notices.to_person("granted", {{"by", by.name}});
  notices.to_other_managers(by, "granted");
  return notices.take();
}

std::vector<MailJob> revoked_notices(Services& services, const RequestRecord& record,
                                     const Actor& by, const std::string& reason) {
  Notices notices(services, record);
  notices.to_person("revoked", reason_data(reason));
  notices.to_other_managers(by, "revoked", reason);
  return notices.take();
}

}  // namespace habilitd::workflow
