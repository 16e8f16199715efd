#include "portal/assets.h"

#include <stdexcept>

#include "base/crypto.h"
#include "portal/embedded.h"

namespace habilitd::portal {
namespace {

std::string_view type_of(std::string_view name) {
  if (name.ends_with(".css")) return "text/css; charset=utf-8";
  if (name.ends_with(".svg")) return "image/svg+xml";
  if (name.ends_with(".woff2")) return "font/woff2";
  return {};
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != text.npos; at += to.size())
    text.replace(at, from.size(), to);
}

}  // namespace

Assets::Assets() {
  for (const EmbeddedFile& f : embedded_files())
    if (!type_of(f.name).empty() && !f.name.ends_with(".css")) add(f.name, std::string(f.content));
  for (const EmbeddedFile& f : embedded_files()) {
    if (!f.name.ends_with(".css")) continue;
    std::string sheet(f.content);
    for (const auto& [name, path] : paths_) replace_all(sheet, "url(\"" + name, "url(\"" + path);
    add(f.name, std::move(sheet));
  }
}

void Assets::add(std::string_view name, std::string content) {
  const std::string hash = to_hex(sha256(content)).substr(0, 12);
  const std::size_t dot = name.rfind('.');
  std::string path =
      "/assets/" + std::string(name.substr(0, dot)) + "." + hash + std::string(name.substr(dot));
  by_path_[path] = {std::move(content), std::string(type_of(name)), "\"" + hash + "\""};
  paths_.emplace(name, std::move(path));
}

const std::string& Assets::path(std::string_view name) const {
  const auto it = paths_.find(name);
  if (it == paths_.end()) throw std::runtime_error("unknown asset: " + std::string(name));
  return it->second;
}

Response Assets::serve(const Request& request) const {
  Response answer;
  const auto it = by_path_.find(request.target.path);
  if (it == by_path_.end()) {
    answer.status = 404;
    answer.set("Content-Type", "text/plain; charset=utf-8").set("Cache-Control", "no-store");
    answer.body = "404\n";
    return answer;
  }
  answer.set("Cache-Control", "public, max-age=31536000, immutable").set("ETag", it->second.tag);
  if (request.headers.if_none_match.find(it->second.tag) != std::string::npos) {
    answer.status = 304;
    return answer;
  }
  answer.set("Content-Type", it->second.type);
  answer.body = it->second.content;
  return answer;
}

}  // namespace habilitd::portal
