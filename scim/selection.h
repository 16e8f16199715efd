// Which entries a query selects, and where in its order each stands.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "scim/query.h"
#include "scim/ranking.h"

namespace habilitd::scim {

// Judges records for one query in one view. Not thread-safe.
class Selector {
 public:
  Selector(const Call&, const Query&, const ldap::Mirror::View&);

  const Query& query() const { return query_; }
  const ldap::Mirror::View& view() const { return view_; }
  // None: the record is no resource of that part's type, or the filter does not match.
  std::optional<Place> select(std::size_t part, const ldap::RecordPtr&);
  // The place it has, or would have, whether it matches or not.
  Place place(const Hit&);
  // Of a record that is no longer the current one, too: does nothing but the record itself count?
  bool looks_at_records_only() const { return own_records_; }

  // All hits, in order. Errors: kInvalid, tooMany.
  Result<std::vector<Hit>> find_all();
  // The same when an index leaves only a few to look at.
  std::optional<std::vector<Hit>> find_few();

 private:
  class Budget;
  // What one part of the query has to look at: what an index left, or everybody of a kind.
  struct Candidates {
    std::size_t part;
    std::vector<ldap::RecordPtr> records;
    const std::vector<ldap::NodeId>* everybody = nullptr;
    std::size_t size() const { return everybody ? everybody->size() : records.size(); }
  };
  std::optional<std::vector<ldap::RecordPtr>> indexed(std::size_t part) const;
  std::vector<Candidates> to_consider() const;
  static std::size_t size_of(const std::vector<Candidates>&);
  bool selects(std::size_t part, const ldap::RecordPtr&);  // its reader then stands on it
  // One of `pieces` equal pieces of all candidates.
  Status consider_piece(const std::vector<Candidates>&, std::size_t piece, std::size_t pieces,
                        std::vector<Placed>&);
  void consider(std::size_t part, const ldap::RecordPtr&, std::vector<Placed>&);
  SortKey key_of(std::size_t part) const;

  const Call& call_;
  const Query& query_;
  const ldap::Mirror::View& view_;
  bool own_records_;
  std::vector<std::unique_ptr<ResourceReader>> readers_;  // one for each part
};

}  // namespace habilitd::scim
