#include "workflow/deed.h"

#include "workflow/services.h"

namespace habilitd::workflow {
namespace {

const char* kind_of(const Actor& actor) {
  switch (actor.kind) {
    case Actor::Kind::kPerson:
      return "person";
    case Actor::Kind::kClient:
      return "client";
    case Actor::Kind::kSystem:
      break;
  }
  return "system";
}

Json actor_json(const Actor& actor) {
  Json json{{"kind", kind_of(actor)}};
  if (!actor.id.nil()) json["id"] = actor.id.str();
  return json;
}

const char* result_of(const Error& error) {
  switch (error.code) {
    case Errc::kUnknownOutcome:
      return "unknown";
    case Errc::kUnavailable:
    case Errc::kInternal:
      return "failed";
    default:
      return "refused";
  }
}

}  // namespace

Json ids_json(const std::vector<EntryUuid>& ids) {
  constexpr std::size_t kMostNamed = 200;
  if (ids.size() > kMostNamed) return ids.size();
  Json list = Json::array();
  for (const EntryUuid& id : ids) list.push_back(id.str());
  return list;
}

std::string source_name(const Actor& actor) {
  return actor.kind == Actor::Kind::kClient ? "client:" + actor.id.str() : std::string();
}

Json about(const EntryUuid& person, const std::string& application, const std::string& role,
           const std::string& siret) {
  return {
      {"person", person.str()}, {"application", application}, {"role", role}, {"structure", siret}};
}

Deed::Deed(Services& services, const Actor& actor, std::string event, Json about_what,
           Durable durable)
    : services_(services),
      event_(std::move(event)),
      about_(std::move(about_what)),
      durable_(durable) {
  about_["actor"] = actor_json(actor);
}

Deed::Deed(Services& services, const Actor& actor, std::string event, const RequestRecord& record,
           const std::string& operation)
    : Deed(services, actor, std::move(event),
           about(record.person, record.application, record.role, record.siret)) {
  about_["request"] = record.id.str();
  about_["revision"] = record.revision;
  if (!operation.empty()) about_["operation"] = operation;
}

void Deed::judged(const policies::Decision& decision) {
  about_["policy"] = {{"id", decision.policy_id},
                      {"version", decision.policy_version},
                      {"hash", decision.policy_hash},
                      {"rules", decision.determining}};
}

Json Deed::line(const char* result, const std::string& reason) const {
  Json fields = about_;
  fields["result"] = result;
  if (!reason.empty()) fields["reason"] = reason;
  return fields;
}

void Deed::tell(const Error& failure) {
  services_.log.error("audit.failed", {{"what", event_}, {"detail", failure.detail}});
  services_.metrics.count("habilitd_audit_failures_total");
}

Status Deed::intend() {
  const Json first = line("intended", {});
  const auto written = durable_ == Durable::kSoon ? services_.audit.append_soon(event_, first)
                                                  : services_.audit.start(event_, first);
  if (!written) {
    tell(written.error());
    return Error{Errc::kUnavailable, "audit-unavailable", written.error().detail};
  }
  if (durable_ == Durable::kAtAnswer) intended_ = *written;
  return done();
}

void Deed::end(const char* result) {
  if (auto ended = services_.audit.append_soon(event_, line(result, {})); !ended) {
    return tell(ended.error());
  }
  if (auto settled = services_.audit.settle(intended_); !settled) tell(settled.error());
}

void Deed::end(const Error& error) {
  const auto ended = services_.audit.append_soon(event_, line(result_of(error), error.reason));
  if (!ended) return tell(ended.error());
  if (durable_ == Durable::kSoon) return;
  if (auto settled = services_.audit.settle(*ended); !settled) tell(settled.error());
}

}  // namespace habilitd::workflow
