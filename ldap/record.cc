#include "ldap/record.h"

#include <utility>

#include "ldap/entry_view.h"
#include "ldap/name_key.h"
#include "ldap/site_reader.h"

namespace habilitd::ldap {
namespace {

void append_length(std::string& out, std::size_t length) {
  for (; length >= 0x80; length >>= 7) out += static_cast<char>((length & 0x7f) | 0x80);
  out += static_cast<char>(length);
}

EntryView view_of_entry(const Entry& entry) {
  EntryView view;
  view.dn = entry.dn;
  for (const Attribute& attribute : entry.attributes) {
    const auto begin = static_cast<std::uint32_t>(view.values.size());
    view.values.insert(view.values.end(), attribute.values.begin(), attribute.values.end());
    view.attributes.push_back(
        {attribute.name, begin, static_cast<std::uint32_t>(view.values.size())});
  }
  return view;
}

}  // namespace

std::shared_ptr<const Record> Record::from(const Entry& entry, const EntryUuid& id, NodeId node,
                                           const Layout& layout) {
  std::string key;
  name_key(entry.dn, key);
  SiteReader::Reading reading;
  SiteReader(layout).read(view_of_entry(entry), key, reading);
  return std::make_shared<const Record>(
      Parts{id, node, reading.kind, entry.dn, std::move(reading.packed)});
}

Record::Record(Parts parts)
    : id_(parts.id),
      node_(parts.node),
      kind_(parts.kind),
      dn_(std::move(parts.dn)),
      packed_(std::move(parts.packed)) {
  dn_.shrink_to_fit();
  packed_.shrink_to_fit();
}

void Record::pack(std::string& packed, Attr attr, std::string_view value) {
  packed += static_cast<char>(attr);
  append_length(packed, value.size());
  packed += value;
}

bool Record::same_as(const Parts& parts) const {
  return id_ == parts.id && node_ == parts.node && kind_ == parts.kind && dn_ == parts.dn &&
         packed_ == parts.packed;
}

bool Record::has(Attr wanted) const {
  bool found = false;
  each([&](Attr attr, std::string_view) {
    found = attr == wanted;
    return attr < wanted;
  });
  return found;
}

std::string_view Record::first(Attr wanted) const {
  std::string_view found;
  each([&](Attr attr, std::string_view value) {
    if (attr == wanted) found = value;
    return attr < wanted;
  });
  return found;
}

std::vector<std::string_view> Record::values(Attr wanted) const {
  std::vector<std::string_view> found;
  each([&](Attr attr, std::string_view value) {
    if (attr == wanted) found.push_back(value);
    return attr <= wanted;
  });
  return found;
}

bool Record::has_class(std::string_view object_class) const {
  bool found = false;
  each([&](Attr attr, std::string_view value) {
    found = attr == Attr::kObjectClass && same_text(value, object_class);
    return attr == Attr::kObjectClass && !found;
  });
  return found;
}

std::size_t Record::bytes() const {
  constexpr std::size_t kCounters = 16;  // of the shared pointer
  constexpr std::size_t kInside = 15;    // what a short string keeps without a block of its own
  const auto block = [](const std::string& s) {
    return s.capacity() > kInside ? s.capacity() + 9 : 0;
  };
  return sizeof(Record) + kCounters + block(dn_) + block(packed_);
}

}  // namespace habilitd::ldap
