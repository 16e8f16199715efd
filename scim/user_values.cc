#include "scim/user_values.h"

#include <set>

#include "base/ids.h"
#include "scim/errors.h"
#include "scim/known_attributes.h"
#include "scim/merged_values.h"
#include "scim/normalise.h"
#include "workflow/people.h"

namespace habilitd::scim {
namespace {

using ldap::Attr;

constexpr std::size_t kMostAnnotation = 256 * 1024;
constexpr const char* kSwitchedOffBy = "switchedOffBy";

std::string text_at(const Json& object, const std::string& name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

class Mapping {
 public:
  Mapping(const Json& tree, const ldap::Record* record, std::string_view client)
      : tree_(tree), record_(record), client_(client) {}

  Result<WantedValues> run() {
    add_attributes(user_type().core(), notes_);
    for (const Schema& extension : user_type().extensions()) {
      Json inner = Json::object();
      add_attributes(extension, inner);
      if (!inner.empty()) notes_[extension.home_key] = std::move(inner);
    }
    if (auto ok = add_emails(); !ok) return ok.error();
    add_phones();
    add_active();
    add_demanded();
    std::string text = notes_.empty() ? std::string() : dump(notes_);
    if (text.size() > kMostAnnotation) return Error{Errc::kTooLarge, "resource-size", {}};
    set_one(Attr::kHabScim, std::move(text));
    return std::move(wanted_);
  }

 private:
  const Json* value_of(const Attribute& attribute) const {
    return find_value(user_type(), tree_, attribute);
  }

  std::vector<std::string> present(Attr attr) const {
    std::vector<std::string> values;
    if (record_) {
      for (const std::string_view value : record_->values(attr)) values.emplace_back(value);
    }
    return values;
  }

  // SCIM has one value where the directory may have several: the first is ours, the others stay.
  void set_one(Attr attr, std::string value) {
    std::vector<std::string> values;
    if (!value.empty()) {
      values.push_back(value);
      const auto others = present(attr);
      for (std::size_t i = 1; i < others.size(); ++i) {
        if (others[i] != value) values.push_back(others[i]);
      }
    }
    wanted_[attr] = std::move(values);
  }

  void add_attributes(const Schema& schema, Json& notes) {
    for (const Attribute& attribute : schema.attributes) {
      if (attribute.mutability == Mutability::kReadOnly) continue;
      const Json* value = value_of(attribute);
      if (attribute.home == Home::kLdap && !attribute.multi_valued) {
        set_one(attribute.ldap, value ? value->get<std::string>() : std::string());
      } else if (attribute.home == Home::kJson && attribute.type == Type::kComplex &&
                 !attribute.multi_valued) {
        add_parts(attribute, value ? *value : Json(Json::object()), notes);
      } else if (attribute.home == Home::kJson && value) {
        notes[attribute.name] = *value;
      }
    }
  }

  void add_parts(const Attribute& attribute, const Json& value, Json& notes) {
    Json rest = Json::object();
    for (const Attribute& sub : attribute.sub) {
      if (sub.home == Home::kLdap) {
        set_one(sub.ldap, text_at(value, sub.name));
      } else if (const auto part = value.find(sub.name); part != value.end()) {
        rest[sub.name] = *part;
      }
    }
    if (!rest.empty()) notes[attribute.name] = std::move(rest);
  }

  // Only new addresses are judged: what the directory already has may stay.
  static Status check_mail(const std::set<std::string>& known, const std::string& address) {
    if (known.contains(address) || Email::parse(address)) return done();
    return invalid_value("A mail address is one plain address such as name@example.org.");
  }

  Status add_emails() {
    auto& mails = wanted_[Attr::kMail];
    const Json* emails = value_of(*user_attributes().emails);
    if (!emails) return done();
    const auto before = present(Attr::kMail);
    const std::set<std::string> known(before.begin(), before.end());
    std::set<std::string> keys;
    for (const Json& email : *emails) {
      const std::string address = text_at(email, "value");
      if (address.empty()) continue;
      if (auto ok = check_mail(known, address); !ok) return ok;
      const bool kept = ldap_holds(Attr::kMail, address);
      if (kept && keys.insert(ldap_key(Attr::kMail, address)).second) mails.push_back(address);
    }
    const Json plain{{"value", mails.empty() ? std::string() : mails.front()},
                     {"type", "work"},
                     {"primary", true}};
    if (emails->size() != 1 || emails->front() != plain) notes_["emails"] = *emails;
    return done();
  }

  void add_phones() {
    for (const Attr attr : {Attr::kTelephoneNumber, Attr::kMobile, Attr::kHomePhone}) {
      wanted_[attr] = {};
    }
    const Json* phones = value_of(*user_attributes().phone_numbers);
    if (!phones) return;
    std::set<std::string> all;  // a number lives in one attribute only
    for (const Json& phone : *phones) {
      const std::string number = text_at(phone, "value");
      if (!ldap_holds(Attr::kTelephoneNumber, number)) continue;
      if (!all.insert(ldap_key(Attr::kTelephoneNumber, number)).second) continue;
      wanted_[phone_attribute(text_at(phone, "type"))].push_back(number);
    }
    if (!phones->empty()) notes_["phoneNumbers"] = *phones;
    if (phones->size() != 1 || phones->front().size() != 2) return;
    const std::string type = text_at(phones->front(), "type");
    const bool plain = type == "work" || type == "mobile" || type == "home";
    if (plain && all.size() == 1) notes_.erase("phoneNumbers");
  }

  // Unassigned counts as active, and is shown as unassigned only when a client made it so.
  void add_active() {
    const Json* active = value_of(*user_attributes().active);
    if (active) {
      wanted_[Attr::kHabActive] = {*active == true ? "TRUE" : "FALSE"};
      if (*active == false) add_switch();
      return;
    }
    wanted_[Attr::kHabActive] = {};
    notes_["active"] = nullptr;
  }

  // Who is off already stays switched off by whom she was.
  void add_switch() {
    const bool was_off = record_ && !workflow::is_active(*record_);
    std::string by = was_off ? switched_off_by(*record_) : std::string(client_);
    if (!by.empty()) notes_[kSwitchedOffBy] = std::move(by);
  }

  // inetOrgPerson demands sn and cn. What the client did not give is derived, and noted so that it
  // is not shown as if she had.
  void add_demanded() {
    const std::string user_name = text_at(tree_, "userName");
    const std::string display = text_at(tree_, "displayName");
    const std::string given = first_wanted(Attr::kGivenName), family = first_wanted(Attr::kSn);
    std::string full = given.empty() || family.empty() ? given + family : given + " " + family;
    if (full.empty()) full = display.empty() ? user_name : display;
    Json derived = Json::object();
    if (wanted_[Attr::kCn].empty()) derive(Attr::kCn, full, "cn", derived);
    if (family.empty()) derive(Attr::kSn, display.empty() ? user_name : display, "sn", derived);
    if (!derived.empty()) notes_["derived"] = std::move(derived);
  }

  std::string first_wanted(Attr attr) {
    const auto& values = wanted_[attr];
    return values.empty() ? std::string() : values.front();
  }

  void derive(Attr attr, const std::string& value, const char* name, Json& derived) {
    wanted_[attr] = {value};
    derived[name] = value;
  }

  const Json& tree_;
  const ldap::Record* record_;
  std::string_view client_;
  WantedValues wanted_;
  Json notes_ = Json::object();
};

}  // namespace

Result<WantedValues> wanted_values(const Json& tree, const ldap::Record* record,
                                   std::string_view client) {
  return Mapping(tree, record, client).run();
}

std::string switched_off_by(const ldap::Record& record) {
  if (workflow::is_active(record)) return {};
  const Json notes = Json::parse(record.first(Attr::kHabScim), nullptr, false);
  return notes.is_object() ? text_at(notes, kSwitchedOffBy) : std::string();
}

}  // namespace habilitd::scim
