#include "workflow/audit.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <fstream>
#include <mutex>
#include <thread>

#include "base/crypto.h"
#include "base/turns.h"
#include "workflow/audit_line.h"

namespace habilitd::workflow {
namespace {

Error unavailable(std::string what) {
  return {Errc::kUnavailable, "audit-unavailable", std::move(what)};
}
Error failed(const char* call) { return unavailable(std::string(call) + ": " + strerror(errno)); }

// A descriptor that closes itself.
class File {
 public:
  explicit File(int fd) : fd_(fd) {}
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int fd() const { return fd_; }

 private:
  int fd_;
};

Status write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return failed("write");
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return done();
}

// The end of the file from `size` backwards, long enough to hold the last two line ends if there
// are any.
Result<std::string> read_tail(int fd, off_t size) {
  for (off_t length = 64 * 1024;; length *= 4) {
    const off_t start = size > length ? size - length : 0;
    std::string tail(static_cast<std::size_t>(size - start), '\0');
    const ssize_t got = ::pread(fd, tail.data(), tail.size(), start);
    if (got != static_cast<ssize_t>(tail.size())) return failed("read");
    const std::size_t last = tail.rfind('\n');
    const bool enough =
        last != std::string::npos && last > 0 && tail.rfind('\n', last - 1) != std::string::npos;
    if (start == 0 || enough) return tail;
  }
}

struct Tail {
  off_t whole = 0;        // bytes up to and with the last line end
  std::string last_line;  // the last whole line, empty when there is none
  std::string cut;        // what a crash left behind it
};

Result<Tail> find_tail(int fd) {
  struct stat info {};
  if (::fstat(fd, &info) != 0) return failed("stat");
  auto bytes = read_tail(fd, info.st_size);
  if (!bytes) return bytes.error();
  Tail tail;
  const std::size_t end = bytes->rfind('\n');
  tail.cut = end == std::string::npos ? *bytes : bytes->substr(end + 1);
  tail.whole = info.st_size - static_cast<off_t>(tail.cut.size());
  if (end == std::string::npos) return tail;
  const std::size_t before = end == 0 ? std::string::npos : bytes->rfind('\n', end - 1);
  const std::size_t start = before == std::string::npos ? 0 : before + 1;
  tail.last_line = bytes->substr(start, end - start);
  return tail;
}

}  // namespace

// How long a line may wait that nobody waits for.
constexpr std::chrono::milliseconds kSome{100};

struct Audit::State {
  State(std::string path, int fd, const Clock& time)
      : file(std::move(path)), out(fd), clock(time) {}

  Status write_line(std::string_view event, const Json& fields);
  Status wait_until_synced(std::unique_lock<std::mutex>&, std::uint64_t seq);
  void sync_behind();

  const std::string file;
  File out;
  const Clock& clock;
  std::mutex mutex;
  std::condition_variable synced_more;
  AuditLink end;
  off_t length = 0;
  std::uint64_t synced = 0;
  bool syncing = false;
  // What reached the disk is not known any more: only a restart, which reads the file, can tell.
  bool broken = false;

  // A thread of its own syncs up to `urgent` at once, and up to `wanted` some time.
  Result<std::uint64_t> write_ahead(std::string_view event, const Json& fields,
                                    std::uint64_t& mark);
  std::condition_variable wanted_more;
  std::uint64_t urgent = 0, wanted = 0;
  bool stopping = false;
  std::thread behind;
};

// A line that could not be written whole is taken back, so that the chain stays a chain.
Status Audit::State::write_line(std::string_view event, const Json& fields) {
  if (broken) return unavailable(file + " needs a restart");
  AuditLink next;
  const std::string line = audit_line(end, clock.now(), event, fields, next) + "\n";
  if (auto written = write_all(out.fd(), line); !written) {
    broken = ::ftruncate(out.fd(), length) != 0;
    return written;
  }
  end = next;
  length += static_cast<off_t>(line.size());
  return done();
}

// One thread syncs for all lines written so far; the others wait for it.
Status Audit::State::wait_until_synced(std::unique_lock<std::mutex>& lock, std::uint64_t seq) {
  if (synced >= seq) return done();
  const StepAside meanwhile;
  while (synced < seq && !broken) {
    if (syncing) {
      synced_more.wait(lock);
      continue;
    }
    syncing = true;
    const std::uint64_t upto = end.seq;
    lock.unlock();
    const bool ok = ::fdatasync(out.fd()) == 0;
    lock.lock();
    syncing = false;
    if (ok) synced = std::max(synced, upto);
    broken = broken || !ok;
    synced_more.notify_all();
  }
  return synced >= seq ? done() : Status(unavailable("fdatasync failed on " + file));
}

void Audit::State::sync_behind() {
  const auto is_urgent = [this] { return stopping || (urgent > synced && !broken); };
  std::unique_lock lock(mutex);
  for (;;) {
    wanted_more.wait(lock, [&] { return is_urgent() || (wanted > synced && !broken); });
    wanted_more.wait_for(lock, kSome, is_urgent);
    const std::uint64_t mark = std::max(urgent, wanted);
    if (stopping && (mark <= synced || broken)) return;
    // When it fails the log is broken, which those who wait and the next line's writer are told.
    if (auto ok = wait_until_synced(lock, mark); !ok) continue;
  }
}

Audit::Audit(std::unique_ptr<State> state) : state_(std::move(state)) {}

Audit::~Audit() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
  }
  state_->wanted_more.notify_one();
  if (state_->behind.joinable()) state_->behind.join();
}

const std::string& Audit::file() const { return state_->file; }

Result<std::unique_ptr<Audit>> Audit::open(const std::string& file, const Clock& clock) {
  const int fd = ::open(file.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return failed(("open " + file).c_str());
  auto state = std::make_unique<State>(file, fd, clock);
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) return unavailable(file + " has another writer");
  auto tail = find_tail(fd);
  if (!tail) return tail.error();
  if (!tail->last_line.empty()) {
    auto last = read_audit_line(tail->last_line);
    if (!last) return unavailable(file + ": the last line " + last.error().detail);
    state->end = last->link;
    state->synced = last->link.seq;
  }
  if (!tail->cut.empty() && ::ftruncate(fd, tail->whole) != 0) return failed("ftruncate");
  state->length = tail->whole;
  std::unique_ptr<Audit> audit(new Audit(std::move(state)));
  if (!tail->cut.empty()) {
    auto noted = audit->append(
        "audit.repaired", {{"bytes", tail->cut.size()}, {"sha256", to_hex(sha256(tail->cut))}});
    if (!noted) return noted.error();
  }
  return audit;
}

Status Audit::append(std::string_view event, const Json& fields) {
  std::unique_lock lock(state_->mutex);
  if (auto written = state_->write_line(event, fields); !written) return written;
  return state_->wait_until_synced(lock, state_->end.seq);
}

Result<std::uint64_t> Audit::State::write_ahead(std::string_view event, const Json& fields,
                                                std::uint64_t& mark) {
  const std::lock_guard lock(mutex);
  if (auto written = write_line(event, fields); !written) return written.error();
  mark = end.seq;
  if (!behind.joinable()) behind = std::thread([this] { sync_behind(); });
  wanted_more.notify_one();
  return end.seq;
}

Result<std::uint64_t> Audit::start(std::string_view event, const Json& fields) {
  return state_->write_ahead(event, fields, state_->urgent);
}

Result<std::uint64_t> Audit::append_soon(std::string_view event, const Json& fields) {
  return state_->write_ahead(event, fields, state_->wanted);
}

Status Audit::settle(std::uint64_t number) {
  std::unique_lock lock(state_->mutex);
  return state_->wait_until_synced(lock, number);
}

Result<std::size_t> verify_audit(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return unavailable(file + " cannot be read");
  const auto broken = [&](std::size_t line, const std::string& what) {
    return Error{Errc::kInvalid, "audit-broken", "line " + std::to_string(line) + " " + what};
  };
  AuditLink before;
  std::size_t number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    if (in.eof()) return broken(number, "is cut short");
    const auto read = read_audit_line(line);
    if (!read) return broken(number, read.error().detail);
    if (read->prev != before.hash) return broken(number, "does not follow the line before it");
    if (read->link.seq != before.seq + 1) return broken(number, "has the wrong number");
    before = read->link;
  }
  return number;
}

}  // namespace habilitd::workflow
