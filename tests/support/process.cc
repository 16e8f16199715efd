#include "tests/support/process.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace habilitd::tests {
namespace {

[[noreturn]] void become(const std::vector<char*>& argv, int output, pid_t parent) {
  sigset_t none;  // a server that inherits blocked signals could not be ended by one
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(127);
  ::dup2(output, STDOUT_FILENO);
  ::dup2(output, STDERR_FILENO);
  ::execvp(argv[0], argv.data());
  ::_exit(127);
}

// Memory rather than disk when there is plenty: slapd syncs every write.
std::string temporary_base() {
  if (const char* chosen = std::getenv("TMPDIR")) return chosen;
  std::error_code missing;
  const auto space = std::filesystem::space("/dev/shm", missing);
  return !missing && space.available > (1ULL << 30) ? "/dev/shm" : "/tmp";
}

// Folders of test programs that were killed: "name.<pid>.<random>".
void sweep(const std::filesystem::path& base, const std::string& prefix) {
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(base, ignored)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(prefix)) continue;
    const auto owner = static_cast<pid_t>(std::strtol(name.c_str() + prefix.size(), nullptr, 10));
    const bool gone = owner > 0 && ::kill(owner, 0) != 0 && errno == ESRCH;
    if (gone) std::filesystem::remove_all(entry.path(), ignored);
  }
}

}  // namespace

pid_t spawn(const std::vector<std::string>& command, const std::string& output) {
  std::vector<std::string> words = command;
  // Debian keeps servers out of a plain user's PATH.
  if (::access(("/usr/sbin/" + words[0]).c_str(), X_OK) == 0) words[0] = "/usr/sbin/" + words[0];
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  const int fd = ::open(output.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (fd < 0) throw std::runtime_error("cannot write " + output);
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child == 0) become(argv, fd, parent);
  ::close(fd);
  if (child < 0) throw std::runtime_error("fork failed for " + command[0]);
  return child;
}

void run(const std::vector<std::string>& command, const std::string& output) {
  int status = 0;
  const pid_t child = spawn(command, output);
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return;
  throw std::runtime_error(command[0] + " failed: " + read_file(output));
}

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

void write_file(const std::string& path, const std::string& content) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << content;
  if (!file.flush()) throw std::runtime_error("cannot write " + path);
}

std::string temporary_folder(const std::string& name) {
  const std::string base = temporary_base();
  sweep(base, name + ".");
  std::string path = base + "/" + name + "." + std::to_string(::getpid()) + ".XXXXXX";
  if (::mkdtemp(path.data()) == nullptr) throw std::runtime_error("cannot make " + path);
  return path;
}

int free_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  const bool good = fd >= 0 && ::bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                    ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  if (fd >= 0) ::close(fd);
  if (!good) throw std::runtime_error("no free port");
  return ntohs(address.sin_port);
}

}  // namespace habilitd::tests
