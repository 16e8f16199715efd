#include "ldap/mirror.h"

#include <stdexcept>
#include <utility>

#include "base/turns.h"
#include "ldap/mirror_feed.h"
#include "ldap/mirror_state.h"

namespace habilitd::ldap {

using std::chrono::milliseconds;

MirrorWaiters::Place MirrorWaiters::enter(const Seen& seen) {
  std::lock_guard lock(mutex_);
  waiters_.emplace_front().seen = &seen;
  ++count_;
  return waiters_.begin();
}

bool MirrorWaiters::leave(Place waiter, bool already, Clock::time_point deadline) {
  std::unique_lock lock(mutex_);
  if (!already) {
    const StepAside meanwhile;
    waiter->changed.wait_until(lock, deadline, [&] { return waiter->done || stopped_; });
  }
  const bool seen = already || waiter->done;
  waiters_.erase(waiter);
  --count_;
  return seen;
}

void MirrorWaiters::announce(const MirrorContent& content) {
  if (count_ == 0) return;
  std::lock_guard lock(mutex_);
  for (Waiter& waiter : waiters_) {
    if (waiter.done || !(*waiter.seen)(content)) continue;
    waiter.done = true;
    waiter.changed.notify_one();
  }
}

void MirrorWaiters::stop() {
  std::lock_guard lock(mutex_);
  stopped_ = true;
  for (Waiter& waiter : waiters_) waiter.changed.notify_one();
}

Mirror::State::State(Options o, const Layout& l, Log& to, Metrics& m)
    : options(std::move(o)), layout(l), site(layout), log(to), metrics(m) {}

milliseconds Mirror::State::age() const {
  if (!loaded) return milliseconds::max();
  const auto since = Clock::now() - Clock::time_point(Clock::duration(fresh_at));
  return std::chrono::duration_cast<milliseconds>(since);
}

Mirror::Mirror(Options options, const Layout& layout, Log& log, Metrics& metrics)
    : state_(std::make_unique<State>(std::move(options), layout, log, metrics)) {}

Mirror::~Mirror() { stop(); }

void Mirror::start() {
  state_->thread = std::thread([state = state_.get()] { MirrorFeed(*state).run(); });
}

void Mirror::stop() {
  {
    std::lock_guard lock(state_->mutex);
    state_->stopping = true;
  }
  state_->stop_asked.notify_all();
  state_->breaker.cut();
  state_->waiters.stop();
  if (state_->thread.joinable()) state_->thread.join();
}

Result<Mirror::View> Mirror::view() const {
  if (!state_->loaded) {
    return Error{Errc::kUnavailable, "mirror-loading", "the first load is not complete"};
  }
  if (state_->stale()) {
    return Error{Errc::kUnavailable, "mirror-stale", "the directory is out of touch"};
  }
  return View(state_->picture());
}

bool Mirror::wait_for(const EntryUuid& id, std::string_view csn, milliseconds deadline) const {
  const MirrorWaiters::Seen seen = [&](const MirrorContent& content) {
    const RecordPtr record = content.by_id(id);
    return record ? record->csn() >= csn : content.recently_erased(id);
  };
  return state_->wait(seen, deadline);
}

bool Mirror::wait_for_absence(const EntryUuid& id, milliseconds deadline) const {
  return state_->wait([&](const MirrorContent& content) { return content.by_id(id) == nullptr; },
                      deadline);
}

namespace {

using Reader = SharedGuarded<std::unique_ptr<MirrorContent>>::Reader;

// The lock this thread holds on a mirror's content, for its next view: a second lock would wait
// behind a writer that waits for the first.
struct Held {
  const void* mirror = nullptr;
  std::weak_ptr<const Reader> reader;
};
Held& held_here() {
  thread_local Held held;
  return held;
}

std::shared_ptr<const Reader> held(const void* mirror) {
  const Held& here = held_here();
  return here.mirror == mirror ? here.reader.lock() : nullptr;
}

}  // namespace

bool Mirror::State::wait(const MirrorWaiters::Seen& seen, milliseconds deadline) {
  if (const auto reader = held(this)) {
    if (seen(***reader)) return true;
    throw std::logic_error("waiting for the mirror while holding a view of it");
  }
  return waiters.wait(seen, Clock::now() + deadline, [this](const MirrorWaiters::Seen& ask) {
    const auto reader = content.read();
    return *reader != nullptr && ask(**reader);
  });
}

std::shared_ptr<const Reader> Mirror::State::picture() {
  auto reader = held(this);
  if (reader) return reader;
  reader = std::make_shared<const Reader>(content.read());
  held_here() = {this, reader};
  return reader;
}

bool Mirror::advance(const LinkChange& change) {
  if (held(state_.get())) throw std::logic_error("writing while holding a view");
  const std::lock_guard writing(state_->writing);
  MirrorContent* const content = state_->following;
  if (content == nullptr) return false;
  auto prepared = content->prepare(change);
  if (!prepared) return false;
  state_->content.write([&](auto& shared) { shared->commit_ahead(*prepared, change.csn); });
  ++state_->changes;
  state_->waiters.announce(*content);
  if (state_->on_change) state_->on_change();
  return true;
}

bool Mirror::loaded() const { return state_->loaded; }
milliseconds Mirror::age() const { return state_->age(); }
std::uint64_t Mirror::changes() const { return state_->changes; }
void Mirror::on_change(std::function<void()> call) { state_->on_change = std::move(call); }

Mirror::View::View(std::shared_ptr<const Reader> reader)
    : reader_(std::move(reader)), content_((*reader_)->get()) {}

RecordPtr Mirror::View::by_id(const EntryUuid& id) const { return content_->by_id(id); }
RecordPtr Mirror::View::by_dn(std::string_view dn) const { return content_->by_dn(dn); }
RecordPtr Mirror::View::at(NodeId node, Hold hold) const {
  return hold == Hold::kOwn ? content_->at(node) : RecordPtr(RecordPtr(), content_->look(node));
}

void Mirror::View::expect(NodeId node, int steps_away) const { content_->expect(node, steps_away); }

std::vector<RecordPtr> Mirror::View::find(Attr attr, std::string_view value) const {
  return content_->find(attr, value);
}

RecordPtr Mirror::View::find_one(Attr attr, std::string_view value, Kind kind) const {
  return content_->find_one(attr, value, kind);
}

const std::vector<NodeId>& Mirror::View::all(Kind kind) const { return content_->all(kind); }

const std::vector<NodeId>& Mirror::View::targets(NodeId from, Link link) const {
  return content_->targets(from, link);
}

const std::vector<NodeId>& Mirror::View::sources(NodeId to, Link link) const {
  return content_->sources(to, link);
}

bool Mirror::View::linked(NodeId from, Link link, NodeId to) const {
  return content_->linked(from, link, to);
}

bool Mirror::View::has_steward(NodeId group) const { return content_->has_steward(group); }

MirrorJournal::Position Mirror::View::position() const { return content_->journal().now(); }

std::optional<std::vector<MirrorJournal::Change>> Mirror::View::changes_since(
    const MirrorJournal::Position& then) const {
  return content_->journal().since(then);
}

}  // namespace habilitd::ldap
