#include "scim/user_reader.h"

#include <algorithm>

namespace habilitd::scim {
namespace {

using ldap::Attr;
using ldap::Kind;
using ldap::Link;

void add_values(const ldap::Record& record, Attr attr, std::string_view type,
                std::vector<LdapValue>& out) {
  record.each([&](Attr each, std::string_view value) {
    if (each == attr) out.push_back({value, type});
    return each <= attr;
  });
}

}  // namespace

void UserReader::forget() {
  emails_ready_ = phones_ready_ = groups_ready_ = manager_ready_ = false;
  structures_ready_ = roles_ready_ = details_ready_ = false;
  shown_.reset();
  listed_ = nullptr;
}

void UserReader::fetch_links(const AttributeSet& wanted) {
  if (wanted[known_.groups->index]) groups();
  if (wanted[known_.manager->index]) manager();
  if (wanted[known_.structures->index]) structures();
  if (wanted[known_.habilitations->index]) detailed_roles();
  if (!wanted[known_.groups->index]) groups_.clear();
  if (!wanted[known_.manager->index]) manager_.reset();
  if (!wanted[known_.structures->index]) structures_.clear();
  if (!wanted[known_.habilitations->index]) roles_.clear();
  groups_ready_ = manager_ready_ = structures_ready_ = roles_ready_ = details_ready_ = true;
  shown_ = wanted;
}

void UserReader::glance_at_link(const Attribute& list, ldap::NodeId linked, bool as_manager,
                                const ldap::Mirror::View& view) {
  glance_at(linked, view);
  groups_.clear();
  structures_.clear();
  roles_.clear();
  if (&list == known_.groups) groups_.push_back(record_);
  if (&list == known_.structures) structures_.push_back({record_, as_manager});
  if (&list == known_.habilitations) roles_.push_back({record_, {}, {}});
  groups_ready_ = structures_ready_ = roles_ready_ = details_ready_ = true;
}

ldap::RecordPtr UserReader::manager() const {
  if (manager_ready_) return manager_;
  manager_ready_ = true;
  manager_.reset();
  for (const ldap::NodeId node : view_->targets(record_->node(), Link::kManager)) {
    auto found = view_->at(node, hold_);
    if (found && found->kind() == Kind::kPerson && sees(*found)) return manager_ = std::move(found);
  }
  return nullptr;
}

const std::vector<ldap::RecordPtr>& UserReader::groups() const {
  if (groups_ready_) return groups_;
  groups_ready_ = true;
  groups_.clear();
  for (const ldap::NodeId node : view_->sources(record_->node(), Link::kMember)) {
    auto group = view_->at(node, hold_);
    const bool shown =
        group && (group->kind() == Kind::kGroup || group->kind() == Kind::kHabilitation);
    if (shown && sees(*group)) {
      groups_.push_back(std::move(group));
    }
  }
  return groups_;
}

const std::vector<MergedValue>& UserReader::merged(const Attribute& attribute) const {
  const bool mails = &attribute == known_.emails;
  bool& ready = mails ? emails_ready_ : phones_ready_;
  auto& list = mails ? emails_ : phones_;
  if (ready) return list;
  ready = true;
  ldap_values_.clear();
  if (mails) {
    add_values(*record_, Attr::kMail, "work", ldap_values_);
  } else {
    add_values(*record_, Attr::kTelephoneNumber, "work", ldap_values_);
    add_values(*record_, Attr::kMobile, "mobile", ldap_values_);
    add_values(*record_, Attr::kHomePhone, "home", ldap_values_);
  }
  const Attr home = mails ? Attr::kMail : Attr::kTelephoneNumber;
  merge_values(home, ldap_values_, noted(attribute), mails, list);
  return list;
}

// A value the directory demanded and the client never gave: not shown as long as it is the one
// noted.
bool UserReader::is_derived(const Attribute& attribute) const {
  if (&attribute != known_.formatted && &attribute != known_.family_name) return false;
  const JsonSlice derived = annotation("derived");
  const JsonSlice note = derived.member(attribute.ldap == Attr::kCn ? "cn" : "sn");
  return note.is_string() && note.string(scratch_) == first(attribute.ldap);
}

bool UserReader::has_active() const {
  return !first(Attr::kHabActive).empty() || annotation("active").is_nothing();
}

std::size_t UserReader::own_count(const Attribute& attribute) const {
  if (&attribute == known_.emails || &attribute == known_.phone_numbers) {
    return merged(attribute).size();
  }
  if (&attribute == known_.groups) return groups().size();
  if (&attribute == known_.manager) return manager() ? 1 : 0;
  if (&attribute == known_.structures) return structures().size();
  if (&attribute == known_.habilitations) return roles().size();
  if (&attribute == known_.active) return has_active() ? 1 : 0;
  if (&attribute == known_.password) return 0;
  if (&attribute == known_.name) return 1;
  if (attribute.home == Home::kLdap) return first(attribute.ldap).empty() ? 0 : 1;
  if (attribute.multi_valued) return noted_elements(attribute).size();
  return noted(attribute).is_nothing() ? 0 : 1;
}

Scalar UserReader::own_get(const Attribute& attribute, std::size_t element,
                           const Attribute* sub) const {
  if (&attribute == known_.emails || &attribute == known_.phone_numbers) {
    return merged_scalar(merged(attribute)[element], sub);
  }
  if (&attribute == known_.groups) return group_scalar(*groups()[element], sub);
  if (&attribute == known_.manager) return manager_scalar(sub);
  if (&attribute == known_.structures) return structure_scalar(structures()[element], sub);
  if (&attribute == known_.habilitations) return role_scalar(element, sub);
  if (&attribute == known_.active) return Scalar::of_bool(first(Attr::kHabActive) != "FALSE");
  const Attribute& leaf = sub ? *sub : attribute;
  if (leaf.home == Home::kLdap) return ldap_scalar(leaf);
  const JsonSlice note =
      attribute.multi_valued ? noted_elements(attribute)[element] : noted(attribute);
  return scalar_of(sub ? note.member(sub->name) : note, leaf.type);
}

Scalar UserReader::ldap_scalar(const Attribute& attribute) const {
  const std::string_view value = first(attribute.ldap);
  return value.empty() || is_derived(attribute) ? Scalar{} : Scalar::of(value);
}

// The list is taken apart once for all its values, of which each is asked for part by part.
const std::vector<JsonSlice>& UserReader::noted_elements(const Attribute& attribute) const {
  if (listed_ == &attribute) return elements_;
  listed_ = &attribute;
  elements_.clear();
  noted(attribute).each_element([this](JsonSlice element) { elements_.push_back(element); });
  return elements_;
}

Scalar UserReader::merged_scalar(const MergedValue& value, const Attribute* sub) const {
  if (!sub) return {};
  if (!value.note.is_nothing()) return scalar_of(value.note.member(sub->name), sub->type);
  if (sub->name == "value") return Scalar::of(value.value);
  if (sub->name == "type") return Scalar::of(value.type);
  if (sub->name == "primary" && value.primary) return Scalar::of_bool(true);
  return {};
}

Scalar UserReader::group_scalar(const ldap::Record& group, const Attribute* sub) const {
  if (sub == known_.group_type) return Scalar::of("direct");
  if (sub == known_.group_display) return Scalar::of(group.first(Attr::kCn));
  if (sub == known_.group_value) return link_scalar(group, "value");
  return sub == known_.group_ref ? link_scalar(group, "$ref") : Scalar{};
}

Scalar UserReader::manager_scalar(const Attribute* sub) const {
  const ldap::RecordPtr found = manager();
  if (!found) return {};
  if (sub == known_.manager_value) return link_scalar(*found, "value");
  if (sub == known_.manager_name) return link_scalar(*found, "display");
  return sub == known_.manager_ref ? link_scalar(*found, "$ref") : Scalar{};
}

const std::vector<PersonStructure>& UserReader::structures() const {
  if (structures_ready_) return structures_;
  structures_ready_ = true;
  find_structures(*view_, record_->node(), hold_, structures_);
  std::erase_if(structures_, [this](const auto& each) { return !sees(*each.record); });
  return structures_;
}

const std::vector<PersonRole>& UserReader::roles() const {
  if (roles_ready_) return roles_;
  roles_ready_ = true;
  find_roles(*view_, record_->node(), hold_, roles_);
  std::erase_if(roles_, [this](const auto& each) { return !sees(*each.group); });
  return roles_;
}

// With what a scan over everybody does not need for each.
const std::vector<PersonRole>& UserReader::detailed_roles() const {
  if (details_ready_) return roles_;
  roles();
  details_ready_ = true;
  if (!roles_.empty()) add_details(*view_, record_->id(), roles_);
  return roles_;
}

Scalar UserReader::structure_scalar(const PersonStructure& structure, const Attribute* sub) const {
  if (sub == known_.structure_manager) return Scalar::of_bool(structure.manager);
  if (sub == known_.structure_siret) return Scalar::of(structure.record->first(Attr::kCn));
  if (sub == known_.structure_value) return link_scalar(*structure.record, "value");
  if (sub == known_.structure_ref) return link_scalar(*structure.record, "$ref");
  return sub == known_.structure_display ? Scalar::of(structure.record->first(Attr::kO)) : Scalar{};
}

// Many share few roles: a scan makes each name once.
const std::string& UserReader::display_of(std::size_t element) const {
  if (hold_ == ldap::Hold::kOwn) return detailed_roles()[element].display;
  const ldap::Record& group = *roles()[element].group;
  std::string& display = displays_[group.node()];
  if (display.empty()) display = role_display(*view_, group);
  return display;
}

Scalar UserReader::role_scalar(std::size_t element, const Attribute* sub) const {
  const ldap::Record& group = *roles()[element].group;
  if (sub == known_.held_application) return Scalar::of(group.first(Attr::kHabApplication));
  if (sub == known_.held_role) return Scalar::of(group.first(Attr::kHabRole));
  if (sub == known_.held_siret) return Scalar::of(group.first(Attr::kHabSiret));
  if (sub == known_.held_display) return Scalar::of(display_of(element));
  const PersonRole& role = detailed_roles()[element];
  if (!role.record) return {};
  if (sub == known_.held_value) {
    return Scalar::of(scratch_ = habilitation_type().id_of(role.record->id()));
  }
  if (sub == known_.held_ref) return reference(habilitation_type(), role.record->id());
  const auto until = parse_generalized_time(role.record->first(Attr::kHabUntil));
  return sub == known_.held_until && until ? Scalar::of_instant(*until) : Scalar{};
}

// In an answer what was asked for; in a filter what an answer shows of itself.
bool UserReader::is_shown(const Attribute& attribute) const {
  return shown_ ? (*shown_)[attribute.index] : attribute.returned != Returned::kRequest;
}

// `schemas` names what an answer holds (RFC 7643 section 3).
bool UserReader::has_extension(const Schema& extension) const {
  return std::any_of(
      extension.attributes.begin(), extension.attributes.end(),
      [this](const Attribute& each) { return is_shown(each) && own_count(each) > 0; });
}

void UserReader::add_state(const Attribute& attribute, std::string& state) const {
  for (std::size_t i = 0; is_shown(attribute) && i < own_count(attribute); ++i) {
    for (const Attribute& sub : attribute.sub) {
      if (!is_shown(sub)) continue;
      if (sub.name == "$ref" && is_shown(*attribute.value_sub())) continue;  // it says the same
      const Scalar part = own_get(attribute, i, &sub);
      state.append(sub.name).append(1, '\0').append(part.text).append(1, '\0');
      state += part.flag ? '+' : '-';
      if (part.kind == Scalar::Kind::kInstant) state += to_rfc3339(part.instant);
    }
  }
}

std::string UserReader::state_of_others() const {
  std::string state;
  for (const Attribute* each : {known_.groups, known_.structures, known_.habilitations}) {
    add_state(*each, state);
  }
  return state;
}

}  // namespace habilitd::scim
