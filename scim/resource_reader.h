// Mirror records as SCIM resources. ResourceReader has what every type has (id, externalId, meta,
// schemas); UserReader and GroupReader add theirs. A reader stands on one record at a time and is
// moved on with look_at(), so that a scan of all people allocates nothing.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ldap/mirror.h"
#include "scim/accessor.h"
#include "scim/json_slice.h"
#include "scim/known_attributes.h"
#include "workflow/tenancy.h"

namespace habilitd::scim {

// For whom is read: the client's externalIds and what it may see, and the service's own address.
struct Audience {
  std::string base_url;   // ends in /scim/v2
  std::string id_prefix;  // "<client id>:", before the client's externalIds in habExternalId
  workflow::Sight sight = {};
};

// W/"...": entryCSN without what never changes.
std::string etag_of(std::string_view csn);
// The version of an entry as a resource. A request's is its revision: mails sent on its behalf move
// entryCSN, but tell a client nothing.
std::string version_of(const ldap::Record&);
// "Users", "Groups" ... for an entry that is a resource.
std::string_view endpoint_of(const ldap::Record&);
// A name for people: displayName, else cn, else uid; of a structure, o.
std::string_view shown_name(const ldap::Record&);

class ResourceReader : public Accessor {
 public:
  ResourceReader(const ResourceType& type, const Audience& audience)
      : type_(type), audience_(audience), common_(common_attributes(type)) {}

  // `view` is used until keep_links() or the next look_at(); it must live as long.
  void look_at(ldap::RecordPtr, const ldap::Mirror::View* view);
  // The same for one of many: everything is borrowed from the view, and links cannot be kept.
  void glance_at(ldap::NodeId, const ldap::Mirror::View& view);
  // Fetches what the record is linked with, after which the view may go.
  void keep_links(const AttributeSet& wanted);

  const ResourceType& type() const { return type_; }
  const ldap::RecordPtr& record() const { return record_; }
  // The version of what an answer shows: the entry's, and after a "." what it shows of others, such
  // as the groups of a person. A write is compared with the entry's part alone (version.h).
  const std::string& version() const;
  std::size_t count(const Attribute&) const final;
  // The text of a Scalar lives until the next call of get().
  Scalar get(const Attribute&, std::size_t element, const Attribute* sub) const final;

 protected:
  virtual std::size_t own_count(const Attribute&) const = 0;
  virtual Scalar own_get(const Attribute&, std::size_t element, const Attribute* sub) const = 0;
  // Has the resource anything to say under that extension?
  virtual bool has_extension(const Schema&) const { return false; }
  // What an answer shows of other entries and the entry's own version does not tell, as any text
  // that changes with it.
  virtual std::string state_of_others() const { return {}; }
  virtual void forget() = 0;  // before a new record
  virtual void fetch_links(const AttributeSet& wanted) = 0;

  std::string_view first(ldap::Attr attr) const {
    if (!indexed_ && ++searches_ <= kFewSearches) return record_->first(attr);
    if (!indexed_) index();
    return first_[static_cast<std::size_t>(attr)];
  }
  // A value habScim holds, in the object of an extension when `attribute` belongs to one.
  JsonSlice noted(const Attribute&) const;
  // A top-level member of habScim.
  JsonSlice annotation(std::string_view name) const;
  // May the linked entry be shown? Needs the view.
  bool sees(const ldap::Record& linked) const { return audience_.sight.sees(linked, *view_); }
  Scalar link_scalar(const ldap::Record&, std::string_view what) const;
  Scalar reference(const ResourceType&, const EntryUuid&) const;
  Scalar scalar_of(JsonSlice, Type) const;

  const ldap::Mirror::View* view_ = nullptr;
  ldap::Hold hold_ = ldap::Hold::kOwn;  // of linked records
  ldap::RecordPtr record_;
  mutable std::string scratch_;
  mutable std::string version_;  // once asked for

 private:
  void index() const;
  Scalar meta(const Attribute* sub) const;
  std::string_view external_id() const;
  std::size_t schema_count() const;
  std::string_view schema_at(std::size_t) const;
  void open_annotations() const;

  const ResourceType& type_;
  const Audience& audience_;
  const CommonAttributes& common_;
  // A scan of everybody looks for few attributes, an answer for all of them.
  static constexpr int kFewSearches = 5;
  mutable bool indexed_ = false;
  mutable int searches_ = 0;
  mutable std::array<std::string_view, ldap::kAttrCount> first_{};
  mutable bool opened_ = false;
  mutable std::vector<std::pair<std::string_view, JsonSlice>> annotations_;
};

}  // namespace habilitd::scim
