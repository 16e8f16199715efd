// What libldap and slapd do without us: the denominator of reads and writes.
// clang-format off
#include <cstdio>  // ldif.h needs it
// clang-format on
#include <lber.h>
#include <ldap.h>
#include <ldif.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

constexpr const char* kUsage =
    R"(usage: raw_ldap [-c CONNECTIONS] [-s SECONDS] [-k] URI BIND-DN PASSWORD MODE WHAT

  read DN      reads one entry by a base search, again and again, for SECONDS
  add FILE     adds the entries of an LDIF file, each once
  modify FILE  "dn:", then "add: A", "delete: A" or "replace: A", their values, "-"
  delete FILE  "dn:" lines

  -c N  connections (1); with one, operations are done in the order of the file
  -s N  seconds of reading (5)
  -k    a value that is there already is no error

Prints {"count", "rate" (a second), "mean", "p50", "p99" (ms), "times" (ms, at most 4,000)}.
)";

using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::duration<double, std::milli>;

struct Options {
  int connections = 1;
  double seconds = 5;
  bool keep_on = false;
  std::string uri, bind_dn, password, mode, what;
};

struct Mod {
  int op;
  std::string attribute;
  std::vector<std::string> values;
};

struct Operation {
  std::string dn;
  std::vector<Mod> mods;
};

void check(int rc, const char* what, const std::string& name) {
  if (rc == LDAP_SUCCESS) return;
  throw std::runtime_error(std::string(what) + " " + name + ": " + ldap_err2string(rc));
}

LDAP* connect(const Options& options) {
  LDAP* handle = nullptr;
  int version = LDAP_VERSION3;
  check(ldap_initialize(&handle, options.uri.c_str()), "open", options.uri);
  ldap_set_option(handle, LDAP_OPT_PROTOCOL_VERSION, &version);
  berval secret{options.password.size(), const_cast<char*>(options.password.data())};
  check(ldap_sasl_bind_s(handle, options.bind_dn.c_str(), LDAP_SASL_SIMPLE, &secret, nullptr,
                         nullptr, nullptr),
        "bind", options.bind_dn);
  return handle;
}

// The arrays that libldap wants of an operation's changes.
class Mods {
 public:
  explicit Mods(const std::vector<Mod>& mods)
      : native_(mods.size()), bervals_(mods.size()), lists_(mods.size()) {
    for (std::size_t i = 0; i < mods.size(); ++i) {
      for (const std::string& value : mods[i].values) {
        bervals_[i].push_back({value.size(), const_cast<char*>(value.data())});
      }
      for (berval& value : bervals_[i]) lists_[i].push_back(&value);
      lists_[i].push_back(nullptr);
      native_[i].mod_op = mods[i].op | LDAP_MOD_BVALUES;
      native_[i].mod_type = const_cast<char*>(mods[i].attribute.c_str());
      native_[i].mod_bvalues = mods[i].values.empty() ? nullptr : lists_[i].data();
      pointers_.push_back(&native_[i]);
    }
    pointers_.push_back(nullptr);
  }
  LDAPMod** get() { return pointers_.data(); }

 private:
  std::vector<LDAPMod> native_;
  std::vector<std::vector<berval>> bervals_;
  std::vector<std::vector<berval*>> lists_;
  std::vector<LDAPMod*> pointers_;
};

void read_entry(LDAP* handle, const std::string& dn) {
  LDAPMessage* answer = nullptr;
  const int rc = ldap_search_ext_s(handle, dn.c_str(), LDAP_SCOPE_BASE, "(objectClass=*)", nullptr,
                                   0, nullptr, nullptr, nullptr, 1, &answer);
  const int found = rc == LDAP_SUCCESS ? ldap_count_entries(handle, answer) : 0;
  ldap_msgfree(answer);
  check(rc, "read", dn);
  if (found != 1) throw std::runtime_error("read " + dn + ": not found");
}

void perform(LDAP* handle, const Options& options, const Operation& operation) {
  const char* dn = operation.dn.c_str();
  Mods mods(operation.mods);
  int rc = LDAP_SUCCESS;
  if (options.mode == "add") {
    rc = ldap_add_ext_s(handle, dn, mods.get(), nullptr, nullptr);
  } else if (options.mode == "modify") {
    rc = ldap_modify_ext_s(handle, dn, mods.get(), nullptr, nullptr);
  } else {
    rc = ldap_delete_ext_s(handle, dn, nullptr, nullptr);
  }
  if (options.keep_on && rc == LDAP_TYPE_OR_VALUE_EXISTS) return;
  check(rc, options.mode.c_str(), operation.dn);
}

struct Line {
  std::string name, value;
};

Line parse_line(char* line) {
  berval name{}, value{};
  int owned = 0;
  if (ldif_parse_line2(line, &name, &value, &owned) != 0) {
    throw std::runtime_error(std::string("not LDIF: ") + line);
  }
  Line parsed{{name.bv_val, name.bv_len}, {value.bv_val ? value.bv_val : "", value.bv_len}};
  if (owned) ber_memfree(value.bv_val);
  return parsed;
}

int op_named(const std::string& name) {
  if (name == "add") return LDAP_MOD_ADD;
  if (name == "delete") return LDAP_MOD_DELETE;
  if (name == "replace") return LDAP_MOD_REPLACE;
  throw std::runtime_error("not a change: " + name);
}

// Values of one attribute of an entry come one after the other.
void take_attribute(Operation& operation, Line line) {
  if (operation.mods.empty() || operation.mods.back().attribute != line.name) {
    operation.mods.push_back({LDAP_MOD_ADD, line.name, {}});
  }
  operation.mods.back().values.push_back(std::move(line.value));
}

Operation parse_record(const std::string& mode, std::string text) {
  Operation operation;
  bool begins = true;  // a change, in a modify
  char* next = text.data();
  while (char* line = ldif_getline(&next)) {
    if (std::strcmp(line, "-") == 0) {
      begins = true;
      continue;
    }
    Line parsed = parse_line(line);
    if (parsed.name == "dn") {
      operation.dn = parsed.value;
    } else if (mode != "modify") {
      take_attribute(operation, std::move(parsed));
    } else if (std::exchange(begins, false)) {
      operation.mods.push_back({op_named(parsed.name), parsed.value, {}});
    } else {
      operation.mods.back().values.push_back(std::move(parsed.value));
    }
  }
  return operation;
}

std::vector<Operation> read_operations(const Options& options) {
  std::ifstream in(options.what);
  if (!in) throw std::runtime_error("cannot read " + options.what);
  std::vector<Operation> operations;
  std::string record;
  for (std::string line; std::getline(in, line);) {
    if (!line.empty()) {
      record += line + "\n";
    } else if (!record.empty()) {
      operations.push_back(parse_record(options.mode, std::exchange(record, {})));
    }
  }
  if (!record.empty()) operations.push_back(parse_record(options.mode, record));
  return operations;
}

struct Timed {
  std::vector<double> each;  // milliseconds
  double seconds = 0;        // of all, without connecting
};

// Calls act(connection, begin of it all) on each connection until it says that nothing is left.
template <class Act>
Timed timed(const Options& options, Act&& act) {
  const auto many = static_cast<std::size_t>(options.connections);
  std::vector<LDAP*> handles;
  for (std::size_t i = 0; i < many; ++i) handles.push_back(connect(options));
  std::vector<std::vector<double>> times(many);
  std::vector<std::string> failures(many);
  const auto begin = Clock::now();
  const auto work = [&](std::size_t i) {
    try {
      for (auto last = Clock::now(); act(handles[i], begin); last = Clock::now()) {
        times[i].push_back(Milliseconds(Clock::now() - last).count());
      }
    } catch (const std::exception& error) {
      failures[i] = error.what();
    }
  };
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < many; ++i) threads.emplace_back(work, i);
  }
  Timed all{{}, std::chrono::duration<double>(Clock::now() - begin).count()};
  for (std::size_t i = 0; i < many; ++i) {
    if (!failures[i].empty()) throw std::runtime_error(failures[i]);
    all.each.insert(all.each.end(), times[i].begin(), times[i].end());
    ldap_unbind_ext_s(handles[i], nullptr, nullptr);
  }
  return all;
}

Timed run_reads(const Options& options) {
  const std::chrono::duration<double> length(options.seconds);
  return timed(options, [&](LDAP* handle, Clock::time_point begin) {
    if (Clock::now() - begin >= length) return false;
    read_entry(handle, options.what);
    return true;
  });
}

Timed run_writes(const Options& options) {
  const std::vector<Operation> operations = read_operations(options);
  std::atomic<std::size_t> next{0};
  return timed(options, [&](LDAP* handle, Clock::time_point) {
    const std::size_t mine = next++;
    if (mine >= operations.size()) return false;
    perform(handle, options, operations[mine]);
    return true;
  });
}

void print(const Timed& result) {
  const std::vector<double>& times = result.each;
  if (times.empty()) throw std::runtime_error("nothing to do");
  std::vector<double> sorted = times;
  std::sort(sorted.begin(), sorted.end());
  double sum = 0;
  for (const double each : times) sum += each;
  const auto count = static_cast<double>(times.size());
  std::printf(R"({"count":%zu,"rate":%.1f,"mean":%.4f,"p50":%.4f,"p99":%.4f,"times":[)",
              times.size(), count / result.seconds, sum / count, sorted[sorted.size() / 2],
              sorted[sorted.size() * 99 / 100]);
  const std::size_t shown = times.size() <= 4000 ? times.size() : 0;
  for (std::size_t i = 0; i < shown; ++i) std::printf(i ? ",%.4f" : "%.4f", times[i]);
  std::puts("]}");
}

bool parse(int argc, char** argv, Options& options) {
  int at = 1;
  for (; at + 1 < argc && argv[at][0] == '-'; ++at) {
    if (std::strcmp(argv[at], "-k") == 0) {
      options.keep_on = true;
    } else if (std::strcmp(argv[at], "-c") == 0) {
      options.connections = std::atoi(argv[++at]);
    } else if (std::strcmp(argv[at], "-s") == 0) {
      options.seconds = std::atof(argv[++at]);
    } else {
      return false;
    }
  }
  if (argc - at != 5 || options.connections < 1) return false;
  options.uri = argv[at];
  options.bind_dn = argv[at + 1];
  options.password = argv[at + 2];
  options.mode = argv[at + 3];
  options.what = argv[at + 4];
  const auto& m = options.mode;
  return m == "read" || m == "add" || m == "modify" || m == "delete";
}

}  // namespace

int main(int argc, char** argv) try {
  Options options;
  if (!parse(argc, argv, options)) {
    std::fputs(kUsage, stderr);
    return 2;
  }
  print(options.mode == "read" ? run_reads(options) : run_writes(options));
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "raw_ldap: %s\n", error.what());
  return 1;
}
