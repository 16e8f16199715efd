#include "workflow/request_rules.h"

#include <algorithm>

#include "base/text.h"
#include "workflow/services.h"

namespace habilitd::workflow {
namespace {

// RFC 3629: every byte but a continuation begins a character.
int characters(std::string_view text) {
  return static_cast<int>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

std::string with_plain_lines(const std::string& text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r') {
      plain += '\n';
      if (i + 1 < text.size() && text[i + 1] == '\n') ++i;
    } else {
      plain += text[i] == '\t' ? ' ' : text[i];
    }
  }
  return plain;
}

bool all_presentable(std::string_view text) {
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const std::string_view line = trim(text.substr(0, end));
    if (!line.empty() && !is_presentable(line)) return false;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return true;
}

Error wrong(const TextRule& rule, const char* how) {
  return invalid(std::string(rule.what) + "-" + how);
}

}  // namespace

Result<std::string> check_text(const std::string& text, const TextRule& rule) {
  if (text.size() > 4 * static_cast<std::size_t>(rule.most) + 4096) return wrong(rule, "long");
  const std::string plain = with_plain_lines(text);
  if (!is_valid_utf8(plain) || !all_presentable(plain)) return invalid("text-invalid", rule.what);
  std::string clean(trim(plain));
  if (clean.empty() && rule.demanded) return wrong(rule, "missing");
  if (characters(clean) < rule.least) return wrong(rule, "short");
  if (characters(clean) > rule.most) return wrong(rule, "long");
  return clean;
}

Result<std::optional<Instant>> end_of(const policies::Policy& policy, const std::string& role_id,
                                      const std::optional<Instant>& asked, Instant now) {
  const policies::Role* role = policy.role(role_id);
  std::optional<Instant> latest;
  if (role && role->max_duration) latest = now + *role->max_duration;
  if (!asked) return latest;
  if (*asked <= now) return invalid("until-past");
  if (latest && *asked > *latest) return invalid("until-too-late");
  return asked;
}

const StoredRequest* find_repeated(const std::vector<StoredRequest>& records,
                                   const Holding& holding, const std::string& operation,
                                   const EntryUuid& actor) {
  const auto found = std::find_if(records.begin(), records.end(), [&](const StoredRequest& stored) {
    const RequestRecord& record = stored.record;
    return record.application == holding.application && record.role == holding.role &&
           record.siret == holding.siret.str() && record.done_by(operation, actor);
  });
  return found == records.end() ? nullptr : &*found;
}

Status describe(Services& services, RequestRecord& record) {
  const auto view = services.directory.view();
  if (!view) return view.error();
  const auto siret = Siret::parse(record.siret);
  if (!siret) return siret.error();
  const ldap::Layout& layout = services.directory.layout();
  const auto person = find_person(*view, record.person);
  if (!person) return person.error();
  const auto structure = find_structure(*view, layout, *siret);
  if (!structure) return structure.error();
  record.person_name = person->name;
  record.person_mail = person->mail;
  record.person_dn = person->dn;
  record.language = person->language;
  record.structure_label = structure->name;
  const auto application = find_application(*view, record.application);
  record.application_label = application ? application->name : record.application;
  const auto policy = services.catalogue.policy(record.application);
  const policies::Role* role = policy ? policy->role(record.role) : nullptr;
  record.role_label =
      role ? policies::label_in(role->labels, person->language, role->id) : record.role;
  record.attach = !is_attached(*view, layout, record.person, *siret);
  return done();
}

Error already_decided(const RequestRecord& record) {
  std::string detail(state_name(record.state));
  for (auto event = record.history.rbegin(); event != record.history.rend(); ++event) {
    if (event->what == "applied") continue;
    detail += " by " + event->by_name + " at " + to_rfc3339(event->at);
    break;
  }
  return {Errc::kConflict, "already-decided", std::move(detail)};
}

}  // namespace habilitd::workflow
