#include "fastcgi/secret_file.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <fstream>

namespace habilitd::fastcgi {
namespace {

constexpr std::size_t kMost = 4096;
constexpr std::size_t kMostOfKey = 16384;

Error trouble(const std::string& path, const std::string& what) {
  return invalid("secret-file", path + " " + what);
}

Status check_secret_file(const std::string& path) {
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) {
    return trouble(path, std::string("cannot be read: ") + std::strerror(errno));
  }
  if (!S_ISREG(found.st_mode)) return trouble(path, "is not a file");
  if ((found.st_mode & S_IRWXO) != 0) {
    return trouble(path, "is open to everybody; run: chmod o= " + path);
  }
  return done();
}

}  // namespace

Result<Secret> read_key_file(const std::string& path) {
  if (auto checked = check_secret_file(path); !checked) return checked.error();
  std::ifstream in(path, std::ios::binary);
  if (!in) return trouble(path, "cannot be read; give it to the user habilitd runs as");
  std::string text(kMostOfKey + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() > kMostOfKey) return trouble(path, "holds more than 16384 characters");
  return Secret(std::move(text));
}

Result<Secret> read_secret_file(const std::string& path) {
  if (auto checked = check_secret_file(path); !checked) return checked.error();
  std::ifstream in(path, std::ios::binary);
  std::string line;
  if (!in) return trouble(path, "cannot be read; give it to the user habilitd runs as");
  std::getline(in, line);
  if (line.ends_with('\r')) line.pop_back();
  if (line.empty()) return trouble(path, "is empty; it must hold the password");
  if (line.size() > kMost) return trouble(path, "holds more than 4096 characters");
  return Secret(std::move(line));
}

}  // namespace habilitd::fastcgi
