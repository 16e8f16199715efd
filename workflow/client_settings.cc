#include "workflow/client_settings.h"

#include "base/json.h"
#include "base/text.h"

namespace habilitd::workflow {
namespace {

using Names = std::set<std::string, std::less<>>;

constexpr int kHighestRate = 1'000'000;  // a minute
constexpr std::size_t kMostNames = 1000;

// Missing: an empty set. Anything but texts: false.
bool read_names(const Json& json, const char* name, Names& names) {
  const auto found = json.find(name);
  if (found == json.end()) return true;
  if (!found->is_array()) return false;
  for (const Json& each : *found) {
    if (!each.is_string()) return false;
    names.insert(each.get<std::string>());
  }
  return true;
}

bool read_number(const Json& json, const char* name, int& number) {
  const auto found = json.find(name);
  if (found == json.end()) return true;
  if (!found->is_number_integer()) return false;
  const auto value = found->get<long long>();
  if (value < 0 || value > kHighestRate) return false;
  number = static_cast<int>(value);
  return true;
}

Status check_names(const Client& client) {
  if (client.structures.size() > kMostNames || client.mail_domains.size() > kMostNames) {
    return invalid("token-structure", "more than 1000 structures or mail domains");
  }
  for (const std::string& siret : client.structures) {
    const auto parsed = Siret::parse(siret);
    if (!parsed || parsed->str() != siret) return invalid("token-structure", siret);
  }
  for (const std::string& domain : client.mail_domains) {
    const auto parsed = parse_mail_domain(domain);
    if (!parsed || *parsed != domain) return invalid("token-domain", domain);
  }
  return done();
}

bool is_rate(const RateLimit& rate) {
  const auto fits = [](int number) { return number >= 0 && number <= kHighestRate; };
  return fits(rate.per_minute) && fits(rate.burst) && (rate.per_minute > 0 || rate.burst == 0);
}

}  // namespace

Result<std::string> parse_mail_domain(std::string_view text) {
  const auto address = Email::parse("a@" + std::string(text));
  if (!address) return invalid("token-domain", std::string(text));
  return address->domain();
}

std::string encode_client(const Client& client) {
  Json json{{"dialect", client.dialect}, {"scopes", client.scopes}};
  if (!client.structures.empty()) json["structures"] = client.structures;
  if (!client.mail_domains.empty()) json["mail_domains"] = client.mail_domains;
  if (client.rate.per_minute != 0) json["rate"] = client.rate.per_minute;
  if (client.rate.burst != 0) json["burst"] = client.rate.burst;
  return dump(json);
}

bool decode_client(std::string_view text, Client& client) {
  const auto json = parse_json(text);
  if (!json || !json->is_object()) return false;
  const auto dialect = json->find("dialect");
  if (dialect != json->end() && dialect->is_string()) client.dialect = dialect->get<std::string>();
  if (json->find("scopes") == json->end() || !read_names(*json, "scopes", client.scopes)) {
    return false;
  }
  // A restriction that cannot be read must not turn into none.
  return read_names(*json, "structures", client.structures) &&
         read_names(*json, "mail_domains", client.mail_domains) &&
         read_number(*json, "rate", client.rate.per_minute) &&
         read_number(*json, "burst", client.rate.burst);
}

Status check_client(const Client& client) {
  if (!is_presentable(client.name)) return invalid("token-name", client.name);
  for (const std::string& scope : client.scopes) {
    if (!is_scope(scope)) return invalid("token-scope", scope);
  }
  if (auto names = check_names(client); !names) return names;
  if (!is_rate(client.rate)) {
    return invalid("token-rate", "a rate is 1 to 1000000 a minute; a burst goes with a rate");
  }
  for (const char* known : {"rfc", "entra", "okta", "strict"}) {
    if (client.dialect == known) return done();
  }
  return invalid("token-dialect", client.dialect);
}

}  // namespace habilitd::workflow
