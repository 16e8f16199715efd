#include "scim/request_reader.h"

namespace habilitd::scim {

using ldap::Attr;
using ldap::Kind;
using workflow::Event;

void RequestReader::forget() { parsed_ready_ = person_ready_ = structure_ready_ = false; }

void RequestReader::fetch_links(const AttributeSet& wanted) {
  if (wanted[known_.person->index]) person();
  if (wanted[known_.structure->index]) structure();
  if (!person_ready_) person_.reset();
  if (!structure_ready_) structure_.reset();
  person_ready_ = structure_ready_ = true;
}

const workflow::RequestRecord* RequestReader::parsed() const {
  if (!parsed_ready_) {
    parsed_ready_ = true;
    parsed_.reset();
    if (auto record = workflow::request_from(*record_)) parsed_ = *std::move(record);
  }
  return parsed_ ? &*parsed_ : nullptr;
}

const ldap::RecordPtr& RequestReader::person() const {
  if (person_ready_) return person_;
  person_ready_ = true;
  person_.reset();
  if (const auto id = EntryUuid::parse(first(Attr::kHabPersonId))) person_ = view_->by_id(*id);
  if (person_ && person_->kind() != Kind::kPerson) person_.reset();
  return person_;
}

const ldap::RecordPtr& RequestReader::structure() const {
  if (structure_ready_) return structure_;
  structure_ready_ = true;
  structure_ = view_->find_one(Attr::kCn, first(Attr::kHabSiret), Kind::kStructure);
  return structure_;
}

// The act that opened the access: a direct grant, else the last approval.
const Event* RequestReader::granted() const {
  const auto* record = parsed();
  if (!record) return nullptr;
  const Event* direct = record->last("granted");
  return direct ? direct : record->last("approved");
}

std::size_t RequestReader::own_count(const Attribute& attribute) const {
  if (&attribute == known_.person || &attribute == known_.request) return 1;
  if (&attribute == known_.structure) return structure() ? 1 : 0;
  if (&attribute == known_.justification) {
    return parsed() && !parsed()->justification.empty() ? 1 : 0;
  }
  if (&attribute == known_.since) return since().present() ? 1 : 0;
  if (&attribute == known_.granted_by) return granted() ? 1 : 0;
  if (&attribute == known_.requested_by || &attribute == known_.direct) return parsed() ? 1 : 0;
  if (&attribute == known_.history) return parsed() ? parsed()->history.size() : 0;
  if (attribute.home != Home::kLdap) return 0;
  return first(attribute.ldap).empty() ? 0 : 1;
}

Scalar RequestReader::own_get(const Attribute& attribute, std::size_t element,
                              const Attribute* sub) const {
  if (attribute.home == Home::kLdap) return stored(attribute);
  if (&attribute == known_.justification) return Scalar::of(parsed()->justification);
  if (&attribute == known_.since) return since();
  if (&attribute == known_.direct) return Scalar::of_bool(parsed()->direct);
  if (!sub) return {};
  if (&attribute == known_.person) return person_scalar(*sub);
  if (&attribute == known_.structure) return link_scalar(*structure(), sub->name);
  if (&attribute == known_.request) return link_scalar(*record_, sub->name);
  if (&attribute == known_.granted_by) return actor_scalar(granted(), *sub);
  if (&attribute == known_.requested_by) {
    return actor_scalar(&parsed()->history.front(), *sub);
  }
  return &attribute == known_.history ? event_scalar(parsed()->history[element], *sub) : Scalar{};
}

Scalar RequestReader::stored(const Attribute& attribute) const {
  const std::string_view text = first(attribute.ldap);
  if (attribute.type != Type::kDateTime) return Scalar::of(text);
  const auto instant = parse_generalized_time(text);
  return instant ? Scalar::of_instant(*instant) : Scalar{};
}

Scalar RequestReader::since() const {
  const Event* applied = parsed() ? parsed()->last("applied") : nullptr;
  return applied ? Scalar::of_instant(applied->at) : Scalar{};
}

// The name as it is today, or as it was when the account is gone.
Scalar RequestReader::person_scalar(const Attribute& sub) const {
  if (sub.home == Home::kLdap) return Scalar::of(first(sub.ldap));
  if (const auto& found = person()) return link_scalar(*found, sub.name);
  return sub.name == "display" && parsed() ? Scalar::of(parsed()->person_name) : Scalar{};
}

Scalar RequestReader::actor_scalar(const Event* event, const Attribute& sub) const {
  if (!event) return {};
  if (sub.name == "display") return Scalar::of(event->by_name);
  return event->by.nil() ? Scalar{} : Scalar::of(scratch_ = event->by.str());
}

Scalar RequestReader::event_scalar(const Event& event, const Attribute& sub) const {
  if (sub.name == "type") return Scalar::of(event.what);
  if (sub.name == "at") return Scalar::of_instant(event.at);
  if (sub.name == "by") return Scalar::of(event.by_name);
  return Scalar::of(event.reason);
}

}  // namespace habilitd::scim
