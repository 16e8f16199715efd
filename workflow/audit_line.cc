#include "workflow/audit_line.h"

#include "base/crypto.h"

namespace habilitd::workflow {
namespace {

constexpr std::string_view kHashMember = ",\"hash\":\"";
constexpr std::size_t kHashLength = 64;

Error broken(std::string what) { return {Errc::kInvalid, "audit-broken", std::move(what)}; }

}  // namespace

std::string audit_line(const AuditLink& before, Instant now, std::string_view event,
                       const Json& fields, AuditLink& after) {
  after.seq = before.seq + 1;
  std::string line = "{\"seq\":" + std::to_string(after.seq) + ",\"time\":\"" + to_rfc3339(now) +
                     "\",\"event\":" + dump(Json(std::string(event)));
  const std::string members = dump(fields);
  if (members.size() > 2) line += "," + members.substr(1, members.size() - 2);
  line += ",\"prev\":\"" + before.hash + "\"";
  after.hash = to_hex(sha256(line));
  line += std::string(kHashMember) + after.hash + "\"}";
  return line;
}

Result<AuditLine> read_audit_line(std::string_view line) {
  const std::size_t tail = kHashMember.size() + kHashLength + 2;
  if (line.size() <= tail) return broken("too short");
  const std::string_view covered = line.substr(0, line.size() - tail);
  const std::string_view rest = line.substr(covered.size());
  if (!rest.starts_with(kHashMember) || !rest.ends_with("\"}")) return broken("has no hash");
  const std::string hash(rest.substr(kHashMember.size(), kHashLength));
  if (hash != to_hex(sha256(covered))) return broken("was changed: its hash does not fit");
  const auto json = parse_json(line);
  if (!json) return broken("is not JSON: " + json.error().detail);
  const auto seq = json->find("seq");
  const auto prev = json->find("prev");
  if (seq == json->end() || !seq->is_number_unsigned() || prev == json->end() ||
      !prev->is_string()) {
    return broken("has no seq or prev");
  }
  return AuditLine{{seq->get<std::uint64_t>(), hash}, prev->get<std::string>()};
}

}  // namespace habilitd::workflow
