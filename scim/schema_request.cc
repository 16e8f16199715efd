// Habilitation and AccessRequest: two sides of a request entry, which is the record of a
// habilitation for its whole life. A Habilitation is one that is in force; an AccessRequest is
// every one, from the question to the end.
#include "scim/schema.h"

namespace habilitd::scim {
namespace {

using ldap::Attr;

Attribute read_only_parts(Attribute attribute) {
  for (Attribute& sub : attribute.sub) {
    sub = read_only(std::move(sub));
    sub.returned = Returned::kDefault;
  }
  return read_only(std::move(attribute));
}

Attribute person() {
  Attribute attribute =
      link_attribute("person", "Who holds the role, or would", "the person", "User");
  attribute.sub.front() = in_ldap(std::move(attribute.sub.front()), Attr::kHabPersonId);
  return required(immutable(std::move(attribute)));
}

Attribute fixed(std::string name, std::string description, Attr attr) {
  return required(
      immutable(in_ldap(exact(text_attribute(std::move(name), std::move(description))), attr)));
}

Attribute structure() {
  return read_only_parts(
      link_attribute("structure", "The structure of that SIRET", "the structure", "Structure"));
}

Attribute justification() {
  return immutable(computed(lines(text_attribute("justification", "Why the role is needed"))));
}

Attribute state(std::vector<std::string> values) {
  return canonical(
      in_ldap(read_only(exact(text_attribute("state", "Where it stands"))), Attr::kHabState),
      std::move(values));
}

Attribute until(std::string description) {
  return in_ldap(typed_attribute("until", Type::kDateTime, std::move(description)),
                 Attr::kHabUntil);
}

Attribute actor(std::string name, std::string description) {
  return read_only(complex_attribute(
      std::move(name), std::move(description),
      {read_only(exact(text_attribute("value", "Identifier of the person or client"))),
       read_only(text_attribute("display", "Name of the person or client"))}));
}

// What both have, in this order.
std::vector<Attribute> triple() {
  return {person(), fixed("application", "Identifier of the application", Attr::kHabApplication),
          fixed("role", "Identifier of the role", Attr::kHabRole),
          fixed("siret", "SIRET of the structure", Attr::kHabSiret), structure()};
}

Schema habilitation() {
  Schema schema{std::string(kHabilitationUrn), "Habilitation",
                "A role that a person holds on an application for a structure", "", triple()};
  Attribute request = read_only_parts(link_attribute(
      "request", "The record of it, with its history", "the record", "AccessRequest"));
  request.sub.pop_back();  // records have no name
  for (Attribute& attribute : std::vector<Attribute>{
           state({"approved", "active"}),
           read_only(typed_attribute("since", Type::kDateTime, "When the access was opened")),
           until("When it ends. Not given: as late as the role allows"), justification(),
           actor("grantedBy", "Who granted it, or approved it last"), std::move(request)}) {
    schema.attributes.push_back(std::move(attribute));
  }
  return schema;
}

// Never returned: a client says it once, the state and the history tell what became of it.
Attribute decision() {
  Attribute value =
      canonical(exact(text_attribute("value", "What is decided")), {"approve", "refuse", "cancel"});
  Attribute end = typed_attribute("until", Type::kDateTime, "When the habilitation is to end");
  return write_only(
      complex_attribute("decision", "A decision about a pending request",
                        {write_only(std::move(value)),
                         write_only(lines(text_attribute("reason", "Why; required to refuse"))),
                         write_only(std::move(end))}));
}

Attribute history() {
  return read_only(
      many(complex_attribute("history", "What happened to it, oldest first",
                             {read_only(exact(text_attribute("type", "What happened"))),
                              read_only(typed_attribute("at", Type::kDateTime, "When")),
                              read_only(text_attribute("by", "Name of the person or client")),
                              read_only(lines(text_attribute("reason", "The reason given")))})));
}

Schema access_request() {
  Schema schema{std::string(kAccessRequestUrn), "AccessRequest",
                "A request for a role, or a direct grant, from the question to the end", "",
                triple()};
  for (Attribute& attribute : std::vector<Attribute>{
           justification(), immutable(until("When the habilitation is to end")),
           state({"pending", "approved", "active", "refused", "cancelled", "expired", "superseded",
                  "ended"}),
           in_ldap(read_only(typed_attribute("due", Type::kDateTime, "When a decision is due")),
                   Attr::kHabDue),
           read_only(typed_attribute("direct", Type::kBoolean, "Granted without a request?")),
           actor("requestedBy", "Who asked, or granted"), decision(), history()}) {
    schema.attributes.push_back(std::move(attribute));
  }
  return schema;
}

}  // namespace

const ResourceType& habilitation_type() {
  static const ResourceType type("Habilitation", "/Habilitations", "Roles that people hold now",
                                 habilitation(), {}, {false, "h-"});
  return type;
}

const ResourceType& access_request_type() {
  static const ResourceType type("AccessRequest", "/AccessRequests",
                                 "Requests for roles, with their history", access_request(), {},
                                 {false, ""});
  return type;
}

}  // namespace habilitd::scim
