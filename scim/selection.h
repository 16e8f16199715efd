// Which entries a query selects, and where in its order each stands.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <vector>

#include "scim/query.h"
#include "scim/ranking.h"

namespace habilitd::scim {

struct FilterAids;  // scim/filter_scan.h
struct ListCache;   // scim/list_cache.h
class ScanBudget;   // scim/scan_budget.h

// Tells results apart: everything that decides what is found and in which order.
std::string result_key(const Audience&, const Query&);

// Judges records for one query in one view. Not thread-safe.
class Selector {
 public:
  Selector(const Audience&, const Query&, const ldap::Mirror::View&, ListCache&);

  const Query& query() const { return query_; }
  const ldap::Mirror::View& view() const { return view_; }
  // None: the entry is no resource of that part's type, or the filter does not match.
  std::optional<Place> select(std::size_t part, ldap::NodeId);
  // The place it has, or would have, whether it matches or not. It must be there.
  Place place(const Hit&);
  // Does nothing but each record itself count? Then a result can follow the changes of records.
  bool looks_at_records_only() const { return own_records_; }

  // All hits, in order. Errors: kInvalid, tooMany.
  Result<std::vector<Hit>> find_all();
  // The same when an index leaves only a few to look at.
  std::optional<std::vector<Hit>> find_few();

 private:
  using Nodes = std::vector<ldap::NodeId>;
  // What an index leaves to look at, by part; none: everybody.
  using Candidates = std::vector<std::optional<std::vector<bool>>>;

  template <class Work>
  Status in_pieces(std::size_t pieces, const Work&) const;
  std::size_t population() const;  // resources of its types
  // Has the query to be answered by looking at everybody's records?
  bool makes_an_order() const;
  // Puts everybody who is seen and matches in order.
  Result<std::vector<Hit>> find_and_sort();
  Status consider_piece(std::size_t piece, std::size_t pieces, std::vector<Placed>&);
  void consider(std::size_t part, ldap::NodeId, std::vector<Placed>&);
  // Takes them out of everybody's order, which is kept.
  Result<std::vector<Hit>> sift();
  Result<std::vector<Hit>> sift(const std::vector<Hit>& everybody);
  std::vector<FilterAids> with_columns(std::size_t everybody, const Candidates&) const;
  Status add_marks(std::vector<FilterAids>&, ScanBudget&) const;
  // One of so many equal pieces, and the processor time that it may cost.
  struct Piece {
    std::size_t at, of;
    std::chrono::nanoseconds most;
  };
  Status sift_piece(const std::vector<Hit>& everybody, const Piece&, const std::vector<FilterAids>&,
                    const Candidates&, std::vector<Hit>& found);
  bool sees(ldap::NodeId) const;

  std::optional<Nodes> indexed(std::size_t part) const;
  Candidates find_candidates() const;
  bool selects(std::size_t part, const ldap::Record&);  // the part's reader stands on it
  SortKey key_of(std::size_t part) const;

  const Audience& audience_;
  const Query& query_;
  const ldap::Mirror::View& view_;
  ListCache& cache_;
  bool own_records_;
  std::vector<std::unique_ptr<ResourceReader>> readers_;  // one for each part
};

}  // namespace habilitd::scim
