#include "ldap/site_reader.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "ldap/name_key.h"
#include "ldap/record.h"

namespace habilitd::ldap {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

std::optional<Link> link_of(Attr attr) {
  switch (attr) {
    case Attr::kMember:
      return Link::kMember;
    case Attr::kOwner:
      return Link::kOwner;
    case Attr::kSeeAlso:
      return Link::kSeeAlso;
    case Attr::kManager:
      return Link::kManager;
    default:
      return std::nullopt;
  }
}

// Orders names so that those of another length are passed over without looking at their text.
int compare(std::string_view lower_name, std::string_view name) {
  if (lower_name.size() != name.size()) return lower_name.size() < name.size() ? -1 : 1;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char c = lower(name[i]);
    if (lower_name[i] != c) return lower_name[i] < c ? -1 : 1;
  }
  return 0;
}

}  // namespace

bool same_text(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                            [](char x, char y) { return lower(x) == lower(y); });
}

SiteReader::SiteReader(const Layout& layout) {
  for (std::size_t i = 0; i < kAttrCount; ++i) {
    names_.push_back({ascii_lower(layout.names[i]), static_cast<Attr>(i)});
  }
  std::stable_sort(names_.begin(), names_.end(),
                   [](const Name& a, const Name& b) { return compare(a.name, b.name) < 0; });
  // Where kinds share a base the first that fits wins: our own classes before general ones.
  add_place(layout.structures, "habStructure", Kind::kStructure);
  add_place(layout.habilitations, "habHabilitation", Kind::kHabilitation);
  add_place(layout.applications, "habApplicationInfo", Kind::kApplication);
  add_place(layout.requests, "habRequest", Kind::kRequest);
  add_place(layout.sessions, "habSession", Kind::kSession);
  add_place(layout.tokens, "habToken", Kind::kToken);
  add_place(layout.outbox, "habOutboxEntry", Kind::kOutbox);
  add_place(layout.events, "habEvent", Kind::kEvent);
  // An adopted group at a place of its own is a structure, too; where plain groups stand it is not.
  if (dn_key(layout.structures.str()) != dn_key(layout.groups.str())) {
    add_place(layout.structures, layout.group_class, Kind::kStructure);
  }
  add_place(layout.groups, layout.group_class, Kind::kGroup);
  add_place(layout.people, layout.person_class, Kind::kPerson);
  add_place(layout.services, "", Kind::kService);
  std::stable_sort(places_.begin(), places_.end(),
                   [](const Place& a, const Place& b) { return a.base.size() > b.base.size(); });
  name_key(layout.steward.str(), steward_key_);
}

void SiteReader::add_place(const Dn& base, std::string object_class, Kind kind) {
  Place place{{}, std::move(object_class), kind};
  name_key(base.str(), place.base);
  places_.push_back(std::move(place));
}

Kind SiteReader::kind_of(std::string_view key, const std::vector<std::string_view>& classes) const {
  const auto holds = [&](const Place& place) { return is_under(key, place.base); };
  const auto first = std::find_if(places_.begin(), places_.end(), holds);
  if (first == places_.end() || first->base == key) return Kind::kOther;
  for (auto place = first; place != places_.end() && place->base == first->base; ++place) {
    const auto fits = [&](std::string_view c) { return same_text(c, place->object_class); };
    const bool any = place->object_class.empty();
    if (any || std::any_of(classes.begin(), classes.end(), fits)) return place->kind;
  }
  return Kind::kOther;
}

template <class Use>
void SiteReader::each_attr(std::string_view name, Use&& use) const {
  const std::string_view type = name.substr(0, name.find(';'));
  auto row = std::lower_bound(
      names_.begin(), names_.end(), type,
      [](const Name& a, std::string_view wanted) { return compare(a.name, wanted) < 0; });
  for (; row != names_.end() && compare(row->name, type) == 0; ++row) use(row->attr);
}

namespace {

using Known = std::vector<std::pair<Attr, const EntryView::Attribute*>>;  // by Attr

Known::const_iterator find_attr(const Known& known, Attr attr) {
  return std::lower_bound(known.begin(), known.end(), attr,
                          [](const auto& item, Attr wanted) { return item.first < wanted; });
}

std::vector<std::string_view> classes_of(const EntryView& entry, const Known& known) {
  const auto found = find_attr(known, Attr::kObjectClass);
  if (found == known.end() || found->first != Attr::kObjectClass) return {};
  const auto values = entry.of(*found->second);
  return {values.begin(), values.end()};
}

// An adopted structure is known by its cn, the SIRET, where ours also says habSiret.
void name_by_siret(const EntryView& entry, Known& known) {
  const auto siret = find_attr(known, Attr::kHabSiret);
  if (siret != known.end() && siret->first == Attr::kHabSiret) return;
  const auto cn = find_attr(known, Attr::kCn);
  if (cn == known.end() || cn->first != Attr::kCn) return;
  const auto values = entry.of(*cn->second);
  if (values.size() == 1 && Siret::parse(*values.begin())) {
    known.insert(siret, {Attr::kHabSiret, cn->second});
  }
}

}  // namespace

void SiteReader::read(const EntryView& entry, std::string_view key, Reading& out) const {
  Known known;
  known.reserve(entry.attributes.size());
  for (auto& link : out.links) link.clear();
  for (const auto& attribute : entry.attributes) {
    each_attr(attribute.name, [&](Attr attr) { known.emplace_back(attr, &attribute); });
  }
  std::stable_sort(known.begin(), known.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  out.kind = kind_of(key, classes_of(entry, known));
  if (out.kind == Kind::kStructure) name_by_siret(entry, known);
  out.packed.clear();
  for (const auto& [attr, attribute] : known) {
    const auto values = entry.of(*attribute);
    if (const auto link = link_of(attr)) {
      auto& names = out.links[static_cast<std::size_t>(*link)];
      names.insert(names.end(), values.begin(), values.end());
      continue;
    }
    // Record::id() has it.
    if (attr == Attr::kEntryUuid) continue;
    for (const std::string_view value : values) Record::pack(out.packed, attr, value);
  }
}

}  // namespace habilitd::ldap
