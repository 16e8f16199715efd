// Results of list queries, kept in order: a page of 100,000 people, sorted and filtered, costs the
// page. A result catches up with the directory's changes one by one (ldap/mirror_journal.h), or is
// made anew when they are too many or when it follows links.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "base/guarded.h"
#include "scim/selection.h"

namespace habilitd::scim {

// One query's result.
class KeptOrder {
 public:
  using Use = std::function<void(const std::vector<Hit>&)>;
  // Calls `use` with the result as the selector's view has it. Who makes it, or follows, is waited
  // for; from then on nobody changes it as long as somebody holds that view. Errors: kInvalid,
  // tooMany.
  Status with(Selector&, const Use&);
  std::size_t size() const { return size_; }

 private:
  Status catch_up(Selector&);
  bool follow(Selector&);
  void insert(Selector&, ldap::NodeId);

  std::mutex mutex_;
  ldap::MirrorJournal::Position at_;
  std::vector<Hit> hits_;
  std::atomic<std::size_t> size_{0};
};

// Those asked for lately.
class KeptOrders {
 public:
  // `key` tells queries apart whose results differ; it must name everything that decides what a
  // client sees.
  std::shared_ptr<KeptOrder> get(const std::string& key);
  std::shared_ptr<KeptOrder> find(const std::string& key);  // null: it is not kept
  // Lets the longest unused go until what is kept is small enough: 8 bytes a hit.
  // A few results of everybody have room, however many people there are.
  void trim();

 private:
  struct Kept {
    std::shared_ptr<KeptOrder> order = std::make_shared<KeptOrder>();
    std::uint64_t used = 0;
  };
  struct Table {
    std::map<std::string, Kept> orders;
    std::uint64_t uses = 0;
  };
  Guarded<Table> table_;
};

}  // namespace habilitd::scim
