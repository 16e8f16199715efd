#include "tests/scim/provider.h"

#include <stdlib.h>

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace habilitd::scim::tests {
namespace {

constexpr const char* kBase = "https://id.example.org/scim/v2";

std::string make_folder() {
  char path[] = "/tmp/habilitd-scim-XXXXXX";
  if (!::mkdtemp(path)) throw std::runtime_error("mkdtemp");
  return path;
}

void set_header(RequestHeaders& headers, const std::string& text) {
  const std::size_t colon = text.find(": ");
  const std::string name = text.substr(0, colon), value = text.substr(colon + 2);
  if (name == "Accept")
    headers.accept = value;
  else if (name == "Content-Type")
    headers.content_type = value;
  else if (name == "Content-Encoding")
    headers.content_encoding = value;
  else if (name == "If-Match")
    headers.if_match = value;
  else if (name == "If-None-Match")
    headers.if_none_match = value;
  else if (name == "Prefer")
    headers.prefer = value;
  else
    throw std::runtime_error("unknown header " + name);
}

std::string fill(std::string text, const std::map<std::string, std::string>& names) {
  for (const auto& [name, value] : names) {
    const std::string mark = "${" + name + "}";
    for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark)) {
      text.replace(at, mark.size(), value);
    }
  }
  return text;
}

}  // namespace

Json Answer::json() const { return response.body.empty() ? Json() : Json::parse(response.body); }

std::string Answer::header(const char* name) const {
  const std::string* value = response.header(name);
  return value ? *value : std::string();
}

Json Answer::at(const std::string& pointer) const {
  const Json body = json();
  const Json::json_pointer path(pointer);
  return body.contains(path) ? body.at(path) : Json();
}

std::string Answer::scim_type() const {
  const Json type = at("/scimType");
  return type.is_string() ? type.get<std::string>() : std::string();
}

Provider::Provider() : slapd_(habilitd::tests::Slapd::shared()), folder_(make_folder()) {
  slapd_.clear();
  site_ = std::make_unique<habilitd::tests::Site>(slapd_);
  site_->start();
  for (const char* file : {"soffi.json", "soffi.tests.json"}) {
    std::filesystem::copy_file(std::string(HABILITD_SOURCE_DIR) + "/policies/" + file,
                               folder_ + "/" + file);
  }
  catalogue_ = std::make_unique<workflow::Catalogue>(folder_, site_->log());
  if (auto loaded = catalogue_->load(); !loaded) throw std::runtime_error(loaded.error().detail);
  auto audit = workflow::Audit::open(folder_ + "/audit.log", clock_);
  if (!audit) throw std::runtime_error(audit.error().detail);
  audit_ = *std::move(audit);
  services_ = std::make_unique<workflow::Services>(site_->directory(), *catalogue_, *audit_, clock_,
                                                   site_->log(), site_->metrics(),
                                                   workflow::WorkflowSettings{});
  Settings settings;
  settings.base_url = kBase;
  server_ = std::make_unique<Server>(*services_, std::move(settings));
  client_.id = EntryUuid::random();
  client_.name = "tests";
  client_.scopes = {"users:write", "groups:write"};
}

Provider::~Provider() {
  server_.reset();
  services_.reset();
  audit_.reset();
  catalogue_.reset();
  site_.reset();
  std::filesystem::remove_all(folder_);
}

Answer Provider::ask(const std::string& line, const std::string& body,
                     const std::vector<std::string>& headers) {
  const std::size_t space = line.find(' ');
  Request request;
  request.method_text = line.substr(0, space);
  request.method = parse_method(request.method_text);
  auto target = parse_target("/scim/v2" + line.substr(space + 1));
  if (!target) throw std::runtime_error("bad target " + line);
  request.target = *std::move(target);
  request.body = body;
  request.request_id = "test";
  for (const std::string& header : headers) set_header(request.headers, header);
  const std::vector<std::string> segments(request.target.segments.begin() + 2,
                                          request.target.segments.end());
  const Result<workflow::Client> caller =
      anonymous_ ? Result<workflow::Client>(Error{Errc::kUnauthenticated, "invalid-token", {}})
                 : Result<workflow::Client>(client_);
  return {server_->handle(request, segments, caller)};
}

std::string Provider::user(const std::string& user_name, Json more) {
  more["schemas"] = {"urn:ietf:params:scim:schemas:core:2.0:User"};
  more["userName"] = user_name;
  const Answer made = ask("POST /Users", more);
  BOOST_REQUIRE_MESSAGE(made.status() == 201, made.response.body + logged());
  return made.at("/id").get<std::string>();
}

std::string Provider::group(const std::string& name, const std::vector<std::string>& members) {
  Json body{{"schemas", {"urn:ietf:params:scim:schemas:core:2.0:Group"}}, {"displayName", name}};
  for (const std::string& id : members) body["members"].push_back({{"value", id}});
  const Answer made = ask("POST /Groups", body);
  BOOST_REQUIRE_MESSAGE(made.status() == 201, made.response.body + logged());
  return made.at("/id").get<std::string>();
}

void Provider::load(const std::string& ldif) {
  slapd_.load(ldif);
  // A write of our own comes after it in the mirror's stream.
  const std::string marker = user("marker-" + EntryUuid::random().str());
  BOOST_REQUIRE(ask("DELETE /Users/" + marker).status() == 204);
}

void replay(Provider& provider, const std::vector<Exchange>& exchanges,
            std::map<std::string, std::string> names) {
  for (const Exchange& exchange : exchanges) {
    const std::string line = fill(exchange.line, names);
    std::vector<std::string> headers;
    for (const std::string& header : exchange.headers) headers.push_back(fill(header, names));
    const std::string body = fill(exchange.body, names);
    const Answer answer = provider.ask(line, body, headers);
    BOOST_CHECK_MESSAGE(answer.status() == exchange.status,
                        line + " " + body.substr(0, 300) + " -> " +
                            std::to_string(answer.status()) + " " +
                            answer.response.body.substr(0, 600));
    for (const auto& [pointer, text] : exchange.expect) {
      const Json expected = text == "absent" ? Json() : Json::parse(fill(text, names));
      const Json found = answer.at(pointer);
      BOOST_CHECK_MESSAGE(found == expected, line + " " + pointer + ": " + found.dump() +
                                                 " instead of " + expected.dump() + " in " +
                                                 answer.response.body.substr(0, 600));
    }
    if (exchange.capture.empty()) continue;
    if (const Json id = answer.at("/id"); id.is_string()) names[exchange.capture] = id;
    names[exchange.capture + ".etag"] = answer.header("ETag");
  }
}

std::string patch(const std::string& operations) {
  return R"({"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[)" +
         operations + "]}";
}

std::string user_body(const std::string& members) {
  return R"({"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],)" + members + "}";
}

std::string group_body(const std::string& members) {
  return R"({"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],)" + members + "}";
}

}  // namespace habilitd::scim::tests
