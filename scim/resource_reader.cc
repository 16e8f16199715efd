#include "scim/resource_reader.h"

#include <algorithm>
#include <charconv>
#include <functional>
#include <stdexcept>

#include "base/text.h"

namespace habilitd::scim {

using ldap::Attr;
using ldap::Kind;

namespace {

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

}  // namespace

// 20260308101914.123456Z#000000#000#000000: time, counter, server, modification. The last is always
// zero in this protocol, and zeros of the counter and the server are shortened.
std::string etag_of(std::string_view csn) {
  std::string tag = "W/\"";
  std::size_t part = 0;
  for (const char c : csn) {
    if (c == '#') {
      if (++part == 3) break;
      tag += '-';
    } else if (part == 0 ? c >= '0' && c <= '9' : c != '0' || tag.back() != '-') {
      tag += c;
    }
  }
  return tag + '"';
}

std::string version_of(const ldap::Record& record) {
  if (record.kind() != Kind::kRequest) return etag_of(record.csn());
  return "W/\"r" + std::string(record.first(Attr::kHabRevision)) + '"';
}

std::string_view endpoint_of(const ldap::Record& record) {
  switch (record.kind()) {
    case Kind::kPerson:
      return "Users";
    case Kind::kStructure:
      return "Structures";
    case Kind::kRequest:
      return "AccessRequests";
    default:
      return "Groups";
  }
}

std::string_view shown_name(const ldap::Record& record) {
  if (record.kind() == Kind::kStructure) return record.first(Attr::kO);
  if (const auto name = record.first(Attr::kDisplayName); !name.empty()) return name;
  if (const auto name = record.first(Attr::kCn); !name.empty()) return name;
  return record.first(Attr::kUid);
}

void ResourceReader::look_at(ldap::RecordPtr record, const ldap::Mirror::View* view) {
  forget();
  record_ = std::move(record);
  view_ = view;
  hold_ = ldap::Hold::kOwn;
  opened_ = indexed_ = false;
  version_.clear();
  searches_ = 0;
}

void ResourceReader::glance_at(ldap::NodeId node, const ldap::Mirror::View& view) {
  look_at(view.at(node, ldap::Hold::kBorrow), &view);
  hold_ = ldap::Hold::kBorrow;
}

void ResourceReader::keep_links(const AttributeSet& wanted) {
  if (hold_ == ldap::Hold::kBorrow) throw std::logic_error("borrowed records cannot be kept");
  index();
  fetch_links(wanted);
  version_.clear();
  view_ = nullptr;
}

const std::string& ResourceReader::version() const {
  if (!version_.empty()) return version_;
  version_ = version_of(*record_);
  if (view_) return version_;  // nothing is shown yet
  const std::string others = state_of_others();
  if (others.empty()) return version_;
  // Two states are told apart, not kept apart from somebody who wants them to look alike.
  std::array<char, 16> digits{};
  const auto end =
      std::to_chars(digits.begin(), digits.end(), std::hash<std::string_view>{}(others), 16).ptr;
  version_.back() = '.';
  return version_.append(digits.begin(), end).append(1, '"');
}

void ResourceReader::index() const {
  indexed_ = true;
  first_.fill({});
  record_->each([this](Attr attr, std::string_view value) {
    auto& slot = first_[static_cast<std::size_t>(attr)];
    if (slot.empty()) slot = value;
    return true;
  });
}

std::size_t ResourceReader::count(const Attribute& attribute) const {
  if (&attribute == common_.schemas) return schema_count();
  if (&attribute == common_.id || &attribute == common_.meta) return 1;
  if (&attribute == common_.external_id) return external_id().empty() ? 0 : 1;
  return own_count(attribute);
}

Scalar ResourceReader::get(const Attribute& attribute, std::size_t element,
                           const Attribute* sub) const {
  if (&attribute == common_.id) return Scalar::of(scratch_ = type_.id_of(record_->id()));
  if (&attribute == common_.meta) return meta(sub);
  if (&attribute == common_.external_id) return Scalar::of(external_id());
  if (&attribute == common_.schemas) {
    return Scalar::of(schema_at(element));
  }
  return own_get(attribute, element, sub);
}

std::size_t ResourceReader::schema_count() const {
  const auto& extensions = type_.extensions();
  return 1 + static_cast<std::size_t>(
                 std::count_if(extensions.begin(), extensions.end(),
                               [this](const Schema& each) { return has_extension(each); }));
}

std::string_view ResourceReader::schema_at(std::size_t element) const {
  if (element == 0) return type_.core().id;
  for (const Schema& extension : type_.extensions()) {
    if (has_extension(extension) && --element == 0) return extension.id;
  }
  return {};
}

Scalar ResourceReader::meta(const Attribute* sub) const {
  if (sub == common_.resource_type) return Scalar::of(type_.name());
  if (sub == common_.version) return Scalar::of(version());
  if (sub == common_.location) return reference(type_, record_->id());
  if (sub != common_.created && sub != common_.last_modified) return {};
  const auto when = parse_generalized_time(
      first(sub == common_.created ? Attr::kCreateTimestamp : Attr::kModifyTimestamp));
  return when ? Scalar::of_instant(*when) : Scalar{};
}

std::string_view ResourceReader::external_id() const {
  if (first(Attr::kHabExternalId).empty()) return {};
  for (const std::string_view value : record_->values(Attr::kHabExternalId)) {
    if (value.starts_with(audience_.id_prefix)) return value.substr(audience_.id_prefix.size());
  }
  return {};
}

// Taken apart once a record: most attributes that are asked for are not there.
void ResourceReader::open_annotations() const {
  opened_ = true;
  annotations_.clear();
  const std::string_view text = first(Attr::kHabScim);
  if (text.empty() || !(is_ascii(text) || is_valid_utf8(text))) return;
  const auto all = JsonSlice::open(text);
  if (!all) return;
  all->each_member(
      [this](std::string_view name, JsonSlice value) { annotations_.emplace_back(name, value); });
}

JsonSlice ResourceReader::annotation(std::string_view name) const {
  if (!opened_) open_annotations();
  for (const auto& [key, value] : annotations_) {
    if (key == name) return value;
  }
  return {};
}

JsonSlice ResourceReader::noted(const Attribute& attribute) const {
  if (opened_ && annotations_.empty()) return {};
  const Schema* extension = type_.extension_of(attribute);
  return extension ? annotation(extension->home_key).member(attribute.name)
                   : annotation(attribute.name);
}

Scalar ResourceReader::link_scalar(const ldap::Record& linked, std::string_view what) const {
  if (what == "display") return Scalar::of(shown_name(linked));
  if (what == "value") return Scalar::of(scratch_ = linked.id().str());
  scratch_.assign(audience_.base_url).append("/").append(endpoint_of(linked)).append("/");
  return Scalar::of(scratch_ += linked.id().str());
}

Scalar ResourceReader::reference(const ResourceType& type, const EntryUuid& entry) const {
  scratch_ = audience_.base_url + type.endpoint() + '/';
  return Scalar::of(scratch_ += type.id_of(entry));
}

Scalar ResourceReader::scalar_of(JsonSlice value, Type type) const {
  if (value.is_string()) return Scalar::of(value.string(scratch_));
  if (type == Type::kBoolean && (value.is_true() || value.is_false())) {
    return Scalar::of_bool(value.is_true());
  }
  return {};
}

}  // namespace habilitd::scim
