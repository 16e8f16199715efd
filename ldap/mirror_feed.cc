#include "ldap/mirror_feed.h"

#include <algorithm>
#include <utility>

#include "base/memory.h"

namespace habilitd::ldap {
namespace {

using std::chrono::milliseconds;

// Changes applied under one lock: enough to keep up with any writer while readers hold the lock for
// long scans, few enough that readers do not notice.
constexpr std::size_t kBatch = 256;
// Entries with more values are worked out before the lock is taken.
constexpr std::size_t kLarge = 500;
constexpr milliseconds kReportEvery{1000};
// For how long refint may be behind, at least.
constexpr milliseconds kForgetEvery{30'000};

// About the content, not about the connection.
bool says_something(const ContentSync::Message& message) {
  using Type = ContentSync::Message::Type;
  return message.type == Type::kEntry || message.type == Type::kGone ||
         message.type == Type::kReread || message.type == Type::kRereadDone;
}

std::vector<std::string> wanted_attributes(const Layout& layout) {
  std::vector<std::string> names{"*"};
  for (const Attr attr :
       {Attr::kEntryUuid, Attr::kEntryCsn, Attr::kCreateTimestamp, Attr::kModifyTimestamp,
        Attr::kPwdReset, Attr::kPwdAccountLockedTime, Attr::kPwdChangedTime}) {
    names.push_back(layout.name(attr).str());
  }
  return names;
}

}  // namespace

MirrorFeed::MirrorFeed(Mirror::State& state)
    : state_(state),
      csn_name_(state.layout.name(Attr::kEntryCsn).str()),
      member_name_(state.layout.name(Attr::kMember).str()) {}

void MirrorFeed::run() {
  while (!stopping()) {
    const bool had_content = content_ != nullptr;
    const std::uint64_t before = state_.changes;
    const Error error = session();
    if (stopping()) return;
    tell(error);
    report();
    // After a session that worked, the directory may be back at once.
    const bool worked = had_content && state_.changes != before;
    pause(worked ? std::min(state_.options.heartbeat, milliseconds(100))
                 : state_.options.heartbeat);
  }
}

Error MirrorFeed::session() {
  last_sign_ = last_ping_ = last_forgotten_ = Clock::now();
  doubts_ = {};
  auto sync =
      ContentSync::start(state_.options.endpoint, state_.options.reader, state_.layout.suffix,
                         wanted_attributes(state_.layout), state_.breaker);
  if (!sync) return sync.error();
  last_sign_ = Clock::now();
  if (auto loaded = load(*sync); !loaded) return loaded.error();
  note_doubtful();
  share(content_);
  const Error error = follow(*sync).error();
  share(nullptr);
  return error;
}

// From here on others may tell of their own writes; null: no longer.
void MirrorFeed::share(MirrorContent* content) {
  const std::lock_guard writing(state_.writing);
  state_.following = content;
}

Status MirrorFeed::load(ContentSync& sync) {
  const auto begin = Clock::now();
  state_.log.info("mirror.loading", {{"uri", state_.options.endpoint.uri}});
  auto fresh = std::make_unique<MirrorContent>(state_.site, content_);
  Message message;
  do {
    if (auto received = receive(sync, message); !received) return received;
    change(*fresh, message);
  } while (message.type != Message::Type::kRefreshDone);
  // An account that may read nothing is told so politely; nobody must take that for an empty site.
  if (fresh->entries() == 0) {
    return Error{Errc::kUnavailable, "mirror-empty",
                 "the reader sees nothing below " + state_.layout.suffix.str()};
  }
  fresh->finish_load();
  const auto entries = static_cast<long long>(fresh->entries());
  replace(std::move(fresh));
  const auto took = std::chrono::duration_cast<milliseconds>(Clock::now() - begin);
  state_.log.info("mirror.loaded", {{"entries", entries}, {"milliseconds", took.count()}});
  state_.metrics.count("habilitd_mirror_reloads_total");
  last_reason_.clear();
  return done();
}

void MirrorFeed::replace(std::unique_ptr<MirrorContent> fresh) {
  content_ = fresh.get();
  state_.content.write([&](auto& shared) { shared.swap(fresh); });
  mark_fresh();
  state_.loaded = true;
  ++state_.changes;
  announce();
  // The old tables are a good part of the memory promise: back to the system with them.
  fresh.reset();
  return_free_memory();
}

Status MirrorFeed::follow(ContentSync& sync) {
  for (;;) {
    std::size_t count = 0;
    const Status collected = collect(sync, count);
    {
      const std::lock_guard writing(state_.writing);
      apply(count);
      note_doubtful();
    }
    if (!collected) return collected;
    mark_fresh();
    report();
  }
}

Status MirrorFeed::collect(ContentSync& sync, std::size_t& count) {
  const auto slot = [&]() -> Message& {
    if (batch_.size() <= count) batch_.resize(count + 1);
    return batch_[count];
  };
  if (auto received = receive(sync, slot()); !received) return received;
  while (batch_[count].type != Message::Type::kNothing) {
    if (says_something(batch_[count]) && ++count == kBatch) return done();
    if (auto received = sync.next(slot(), milliseconds(0)); !received) return received;
  }
  return done();
}

Status MirrorFeed::receive(ContentSync& sync, Message& message) {
  const auto& options = state_.options;
  const auto patience = 2 * options.max_age + options.endpoint.deadline;
  for (;;) {
    auto now = Clock::now();
    if (now - last_ping_ >= options.heartbeat) {
      if (auto sent = sync.ping(); !sent) return sent;
      last_ping_ = now;
      report();
    }
    if (auto asked = ask_doubtful(sync); !asked) return asked;
    const auto end =
        std::min(last_ping_ + options.heartbeat, doubts_.next().value_or(Clock::time_point::max()));
    const auto wait = std::max(std::chrono::ceil<milliseconds>(end - now), milliseconds(0));
    if (auto received = sync.next(message, wait); !received) return received;
    if (message.type != Message::Type::kNothing) {
      last_sign_ = Clock::now();
      return done();
    }
    if (Clock::now() - last_sign_ > patience) {
      return Error{Errc::kUnavailable, "directory-silent", "no sign of life from the directory"};
    }
  }
}

void MirrorFeed::apply(std::size_t count) {
  if (count == 0) return;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (batch_[i].entry.values.size() <= kLarge) continue;
    apply_small(begin, i);
    apply_large(batch_[i]);
    begin = i + 1;
  }
  apply_small(begin, count);
  // Messages of large groups are not kept until their place is needed again.
  batch_.resize(1);
}

void MirrorFeed::apply_small(std::size_t begin, std::size_t end) {
  if (begin == end) return;
  state_.content.write([&](auto& content) {
    for (std::size_t i = begin; i < end; ++i) change(*content, batch_[i]);
  });
  state_.changes += end - begin;
  announce();
}

void MirrorFeed::apply_large(const Message& message) {
  if (message.type == Message::Type::kReread && !is_current(message)) return;
  if (is_known(*content_, message)) return;
  MirrorContent::Prepared prepared = content_->prepare(message.entry);
  state_.content.write([&](auto& content) { content->commit(prepared); });
  ++state_.changes;
  announce();
}

Status MirrorFeed::ask_doubtful(ContentSync& sync) {
  const auto id = doubts_.take(Clock::now());
  if (!id) return done();
  {
    const std::lock_guard writing(state_.writing);
    reading_ = content_->by_id(*id);
  }
  if (reading_) return sync.reread(reading_->dn());
  doubts_.answered(Clock::now());
  return done();
}

// An entry that is not there, seen twice and with no message meanwhile, is gone: once may be a
// rename that is on its way.
void MirrorFeed::end_reading(MirrorContent& content, const Message& message) {
  const RecordPtr asked = std::exchange(reading_, nullptr);
  const bool gone = asked && !message.refused && !doubts_.first();
  if (gone && content.by_id(asked->id()) == asked) content.erase(asked->id());
  doubts_.answered(Clock::now());
}

void MirrorFeed::note_doubtful() {
  const auto now = Clock::now();
  if (now - last_forgotten_ > kForgetEvery) {
    last_forgotten_ = now;
    state_.content.write([](auto& content) { content->forget_losses(); });
  }
  for (const EntryUuid& id : content_->take_doubtful()) doubts_.add(id, now);
}

bool MirrorFeed::is_current(const Message& message) {
  if (reading_ && reading_->id() == message.entry.id) reading_.reset();
  const RecordPtr record = content_->by_id(message.entry.id);
  return record && record->csn() == message.entry.first(csn_name_);
}

void MirrorFeed::change(MirrorContent& content, const Message& message) {
  if (message.type == Message::Type::kReread && !is_current(message)) return;
  if (is_known(content, message)) return;
  if (message.type == Message::Type::kEntry || message.type == Message::Type::kReread) {
    content.prepare(message.entry, prepared_);
    content.commit(prepared_);
  } else if (message.type == Message::Type::kGone) {
    for (const EntryUuid& id : message.gone) content.erase(id);
  } else if (message.type == Message::Type::kRereadDone) {
    end_reading(content, message);
  }
}

bool MirrorFeed::is_known(MirrorContent& content, const Message& message) const {
  if (message.type != Message::Type::kEntry) return false;
  const auto& entry = message.entry;
  return content.is_ahead_of(entry.id, entry.first(csn_name_), entry.count(member_name_));
}

void MirrorFeed::announce() {
  state_.waiters.announce(*content_);
  if (state_.on_change) state_.on_change();
}

void MirrorFeed::mark_fresh() { state_.fresh_at = Clock::now().time_since_epoch().count(); }

void MirrorFeed::report() {
  const auto now = Clock::now();
  if (now - last_report_ < kReportEvery || content_ == nullptr) return;
  last_report_ = now;
  const std::lock_guard writing(state_.writing);
  state_.metrics.set("habilitd_mirror_entries", {}, static_cast<double>(content_->entries()));
  state_.metrics.set("habilitd_mirror_age_seconds", {},
                     std::chrono::duration<double>(state_.age()).count());
}

// Once for each cause: a directory that stays away would fill the log.
void MirrorFeed::tell(const Error& error) {
  const bool news = error.reason != last_reason_;
  last_reason_ = error.reason;
  const auto code = static_cast<long long>(error.directory_code);
  if (news) {
    state_.log.warn("mirror.lost",
                    {{"reason", error.reason}, {"detail", error.detail}, {"code", code}});
  } else {
    state_.log.debug("mirror.lost", {{"reason", error.reason}});
  }
}

bool MirrorFeed::stopping() const {
  std::lock_guard lock(state_.mutex);
  return state_.stopping;
}

void MirrorFeed::pause(milliseconds duration) {
  std::unique_lock lock(state_.mutex);
  state_.stop_asked.wait_for(lock, duration, [&] { return state_.stopping; });
}

}  // namespace habilitd::ldap
