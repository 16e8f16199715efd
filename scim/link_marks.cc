#include "scim/link_marks.h"

#include <algorithm>

#include "scim/endpoints.h"
#include "scim/known_attributes.h"
#include "scim/user_reader.h"

namespace habilitd::scim {
namespace {

using ldap::Kind;
using ldap::Link;
using ldap::NodeId;
using View = ldap::Mirror::View;

// Of one filter: marks cost a bit for each person.
constexpr std::size_t kMostMarked = 64;

// What a person's own record of a habilitation tells is not the group's.
bool group_tells(const Attribute* sub) {
  const UserAttributes& user = user_attributes();
  return sub == user.held_application || sub == user.held_role || sub == user.held_siret ||
         sub == user.held_display;
}

bool linked_entry_tells(const FilterNode& node) {
  if (!node.children.empty()) {
    return std::all_of(node.children.begin(), node.children.end(), linked_entry_tells);
  }
  const UserAttributes& user = user_attributes();
  if (node.op == FilterOp::kNever || node.path.attribute == user.groups) return true;
  if (node.path.attribute == user.structures) return true;
  return node.path.attribute == user.habilitations && group_tells(node.path.sub);
}

bool is_marked(const FilterNode& node) {
  const bool one_link = node.op == FilterOp::kElement || node.children.empty();
  return one_link && node.op != FilterOp::kNever && linked_entry_tells(node);
}

void collect(const FilterNode& node, std::vector<const FilterNode*>& out) {
  if (is_marked(node)) {
    if (out.size() < kMostMarked) out.push_back(&node);
  } else if (node.op != FilterOp::kElement) {
    for (const FilterNode& child : node.children) collect(child, out);
  }
}

// The one element that the reader stands on.
bool satisfies(const FilterNode& node, const UserReader& link) {
  return node.op == FilterOp::kElement ? element_matches(node.children.front(), link, 0)
                                       : any_value(node, link, nullptr);
}

// One of a User's lists, and the entries that it shows.
struct List {
  const Attribute* attribute;
  std::vector<Kind> kinds;
  bool has_managers;  // its elements tell whether the person is the linked entry's manager
};

std::vector<List> lists() {
  const UserAttributes& user = user_attributes();
  return {{user.groups, endpoint(group_type()).kinds, false},
          {user.structures, endpoint(structure_type()).kinds, true},
          {user.habilitations, {Kind::kHabilitation}, false}};
}

class Marker {
 public:
  using Marks = std::unordered_map<const FilterNode*, std::vector<bool>>;

  Marker(const Audience& audience, const View& view, ScanBudget& budget)
      : audience_(audience), view_(view), budget_(budget), link_(audience) {}

  // False: it takes too long.
  bool mark(const List& list, Marks& marks) {
    if (marks.empty()) return true;
    for (const Kind kind : list.kinds) {
      for (const NodeId linked : view_.all(kind)) {
        if (!audience_.sight.sees(*view_.at(linked, ldap::Hold::kBorrow), view_)) continue;
        if (!judge(list, linked, false, marks)) return false;
        if (list.has_managers && !judge(list, linked, true, marks)) return false;
      }
    }
    return true;
  }

 private:
  bool judge(const List& list, NodeId linked, bool as_manager, Marks& marks) {
    link_.glance_at_link(*list.attribute, linked, as_manager, view_);
    for (auto& [node, people] : marks) {
      if (budget_.is_spent()) return false;
      if (!satisfies(*node, link_)) continue;
      if (!mark_people(list, linked, as_manager, people)) return false;
    }
    return true;
  }

  // Who manages a structure stands in it once, as its manager.
  bool mark_people(const List& list, NodeId linked, bool as_manager, std::vector<bool>& people) {
    const auto& named = view_.targets(linked, as_manager ? Link::kOwner : Link::kMember);
    if (!named.empty() && named.back() >= people.size()) {  // they are sorted
      people.resize(std::max<std::size_t>(named.back() + 1, 2 * people.size()));
    }
    for (const NodeId person : named) {
      if (budget_.is_spent()) return false;
      const bool otherwise =
          list.has_managers && !as_manager && view_.linked(linked, Link::kOwner, person);
      if (!otherwise) people[person] = true;
    }
    return true;
  }

  const Audience& audience_;
  const View& view_;
  ScanBudget& budget_;
  UserReader link_;
};

}  // namespace

Result<LinkMarks> LinkMarks::make(const ResourceType& type, const FilterNode& filter,
                                  const Audience& audience, const View& view, ScanBudget& budget) {
  LinkMarks made;
  std::vector<const FilterNode*> nodes;
  if (&type == &user_type()) collect(filter, nodes);
  if (nodes.empty()) return made;
  Marker marker(audience, view, budget);
  for (const List& list : lists()) {
    Marker::Marks marks;
    for (const FilterNode* node : nodes) {
      if (node->path.attribute == list.attribute) marks[node];
    }
    if (!marker.mark(list, marks)) return takes_too_long();
    made.marks_.merge(marks);
  }
  return made;
}

}  // namespace habilitd::scim
