#include "workflow/mail_text.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace habilitd::workflow {
namespace {

enum Language { kFrench, kEnglish };
using Both = std::array<const char*, 2>;

// One kind of mail. {person} {application} {structure} {by} stand for their names.
struct Wording {
  const char* kind;
  Both subject;
  Both lead;
  Both call;  // before the link; empty: no link
  bool justification, due, until;
};

constexpr Both kNone{"", ""};
constexpr Both kFollow{"Pour suivre votre demande :", "To follow your request:"};
constexpr Both kSee{"Pour consulter la demande :", "To see the request:"};

constexpr std::array<Wording, 13> kWordings{{
    {"request-received",
     {"Demande d'accès à {application}", "Request for access to {application}"},
     {"{person} vous demande l'accès à la démarche '{application}' pour la structure {structure} "
      "dont vous êtes gestionnaire.",
      "{person} asks you for access to the service '{application}' for the organisation "
      "{structure}, which you manage."},
     {"Pour accepter la demande, connectez-vous à l'application :",
      "To accept the request, sign in to the application:"},
     true,
     true,
     true},
    {"request-receipt",
     {"Votre demande d'accès à {application}", "Your request for access to {application}"},
     {"Votre demande d'accès à la démarche '{application}' pour la structure {structure} a bien "
      "été enregistrée. Ses gestionnaires en sont informés et vous recevrez leur réponse par "
      "courriel.",
      "Your request for access to the service '{application}' for the organisation {structure} "
      "has been recorded. Its managers have been told, and you will receive their answer by mail."},
     kFollow,
     true,
     true,
     true},
    {"request-approved",
     {"Votre demande d'accès à {application} est acceptée",
      "Your request for access to {application} is accepted"},
     {"Votre demande d'accès à la démarche '{application}' pour la structure {structure} a été "
      "acceptée.",
      "Your request for access to the service '{application}' for the organisation {structure} "
      "has been accepted."},
     kFollow,
     false,
     false,
     true},
    {"request-refused",
     {"Votre demande d'accès à {application} est refusée",
      "Your request for access to {application} is refused"},
     {"Votre demande d'accès à la démarche '{application}' pour la structure {structure} a été "
      "refusée.",
      "Your request for access to the service '{application}' for the organisation {structure} "
      "has been refused."},
     kFollow,
     false,
     false,
     false},
    {"handled-by.approved",
     {"Demande d'accès à {application} traitée par {by}",
      "Request for access to {application} handled by {by}"},
     {"La demande d'accès de {person} à la démarche '{application}' pour la structure {structure} "
      "a été traitée par {by} : elle est acceptée. Vous n'avez rien à faire.",
      "The request of {person} for access to the service '{application}' for the organisation "
      "{structure} was handled by {by}: it is accepted. There is nothing left for you to do."},
     kSee,
     false,
     false,
     true},
    {"handled-by.refused",
     {"Demande d'accès à {application} traitée par {by}",
      "Request for access to {application} handled by {by}"},
     {"La demande d'accès de {person} à la démarche '{application}' pour la structure {structure} "
      "a été traitée par {by} : elle est refusée. Vous n'avez rien à faire.",
      "The request of {person} for access to the service '{application}' for the organisation "
      "{structure} was handled by {by}: it is refused. There is nothing left for you to do."},
     kSee,
     false,
     false,
     false},
    {"handled-by.granted",
     {"Accès à {application} accordé par {by}", "Access to {application} granted by {by}"},
     {"{by} a accordé à {person} l'accès à la démarche '{application}' pour la structure "
      "{structure}.",
      "{by} granted {person} access to the service '{application}' for the organisation "
      "{structure}."},
     kNone,
     false,
     false,
     true},
    {"handled-by.revoked",
     {"Accès à {application} retiré par {by}", "Access to {application} withdrawn by {by}"},
     {"{by} a retiré à {person} l'accès à la démarche '{application}' pour la structure "
      "{structure}.",
      "{by} withdrew the access of {person} to the service '{application}' for the organisation "
      "{structure}."},
     kNone,
     false,
     false,
     false},
    {"cancelled",
     {"Demande d'accès à {application} annulée", "Request for access to {application} cancelled"},
     {"La demande d'accès de {person} à la démarche '{application}' pour la structure {structure} "
      "est annulée. Vous n'avez rien à faire.",
      "The request of {person} for access to the service '{application}' for the organisation "
      "{structure} is cancelled. There is nothing left for you to do."},
     kSee,
     false,
     false,
     false},
    {"cancelled.own",
     {"Votre demande d'accès à {application} est annulée",
      "Your request for access to {application} is cancelled"},
     {"Votre demande d'accès à la démarche '{application}' pour la structure {structure} est "
      "annulée : ce rôle ne peut plus être accordé.",
      "Your request for access to the service '{application}' for the organisation {structure} "
      "is cancelled: this role can no longer be granted."},
     kFollow,
     false,
     false,
     false},
    {"granted",
     {"Accès à {application} accordé", "Access to {application} granted"},
     {"{by} vous a accordé l'accès à la démarche '{application}' pour la structure {structure}.",
      "{by} granted you access to the service '{application}' for the organisation {structure}."},
     {"Pour accéder à vos démarches :", "To open your services:"},
     false,
     false,
     true},
    {"revoked",
     {"Votre accès à {application} est retiré", "Your access to {application} is withdrawn"},
     {"Votre accès à la démarche '{application}' pour la structure {structure} a été retiré.",
      "Your access to the service '{application}' for the organisation {structure} has been "
      "withdrawn."},
     kFollow,
     false,
     false,
     false},
    // A kind this version does not know, left by another one.
    {"",
     {"Votre accès à {application}", "Your access to {application}"},
     {"La demande d'accès de {person} à la démarche '{application}' pour la structure {structure} "
      "a changé d'état.",
      "The request of {person} for access to the service '{application}' for the organisation "
      "{structure} has changed."},
     kSee,
     false,
     false,
     false},
}};

constexpr Both kRole{"Rôle : ", "Role: "};
constexpr Both kSiret{"SIRET : ", "SIRET: "};
constexpr Both kJustification{"Justification :", "Justification:"};
constexpr Both kReason{"Motif :", "Reason:"};
constexpr Both kDue{"À traiter avant le : ", "To be decided before: "};
constexpr Both kUntil{"Fin du rôle : ", "Role ends: "};
constexpr Both kHello{"Bonjour,", "Hello,"};
constexpr Both kRegards{"Cordialement,", "Kind regards,"};
constexpr Both kMachine{
    "Ce message est envoyé par un automate, merci de ne pas y répondre : votre réponse ne pourra "
    "pas être traitée.",
    "This message was sent by a machine, please do not reply: your answer could not be handled."};

Language language_of(std::string_view tag) {
  return ascii_lower(tag.substr(0, 2)) == "en" ? kEnglish : kFrench;
}

std::string data_text(const MailJob& job, const char* key) {
  if (!job.data.is_object()) return {};
  const auto found = job.data.find(key);
  return found != job.data.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::string full_kind(const MailJob& job) {
  if (job.kind == "handled-by") return job.kind + "." + data_text(job, "outcome");
  if (job.kind == "cancelled" && job.data.is_object() && job.data.contains("own")) {
    return job.kind + ".own";
  }
  return job.kind;
}

const Wording& wording_of(const MailJob& job) {
  const std::string kind = full_kind(job);
  const auto found = std::find_if(kWordings.begin(), kWordings.end(),
                                  [&](const Wording& wording) { return kind == wording.kind; });
  return found == kWordings.end() ? kWordings.back() : *found;
}

// Names are one line in a mail, whatever the directory holds.
std::string one_line(std::string_view text) {
  std::string line;
  for (const char c : text) {
    const bool control = static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    line += control ? ' ' : c;
  }
  return line;
}

std::string fill(std::string_view pattern, const MailJob& job, const RequestRecord& record) {
  std::string text;
  while (!pattern.empty()) {
    const auto open = pattern.find('{');
    text += pattern.substr(0, open);
    if (open == std::string_view::npos) break;
    const auto close = pattern.find('}', open);
    const std::string_view name = pattern.substr(open + 1, close - open - 1);
    if (name == "person") text += one_line(record.person_name);
    if (name == "application") text += one_line(record.application_label);
    if (name == "structure") text += one_line(record.structure_label);
    if (name == "by") text += one_line(data_text(job, "by"));
    pattern.remove_prefix(close + 1);
  }
  return text;
}

std::string date(Instant instant, Language language) {
  constexpr std::array<Both, 12> kMonths{{{"janvier", "January"},
                                          {"février", "February"},
                                          {"mars", "March"},
                                          {"avril", "April"},
                                          {"mai", "May"},
                                          {"juin", "June"},
                                          {"juillet", "July"},
                                          {"août", "August"},
                                          {"septembre", "September"},
                                          {"octobre", "October"},
                                          {"novembre", "November"},
                                          {"décembre", "December"}}};
  const std::chrono::year_month_day day(std::chrono::floor<std::chrono::days>(instant));
  const unsigned number = static_cast<unsigned>(day.day());
  const std::string text = number == 1 && language == kFrench ? "1er" : std::to_string(number);
  return text + " " + kMonths.at(static_cast<unsigned>(day.month()) - 1)[language] + " " +
         std::to_string(static_cast<int>(day.year()));
}

// What a person wrote, marked as such: nobody's words can pass for ours.
std::string quoted(const Both& title, Language language, std::string_view text) {
  if (trim(text).empty()) return {};
  std::string quote = std::string(title[language]) + "\n";
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    quote += "> " + one_line(text.substr(0, end)) + "\n";
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return quote;
}

std::string spaced(const std::string& siret) {
  const auto parsed = Siret::parse(siret);
  return parsed ? parsed->spaced() : one_line(siret);
}

std::string details(const Wording& wording, Language language, const MailJob& job,
                    const RequestRecord& record) {
  std::string text = kRole[language] + one_line(record.role_label) + "\n" + kSiret[language] +
                     spaced(record.siret) + "\n";
  if (wording.due && record.due) text += kDue[language] + date(*record.due, language) + "\n";
  if (wording.until && record.until) {
    text += kUntil[language] + date(*record.until, language) + "\n";
  }
  if (wording.justification) text += quoted(kJustification, language, record.justification);
  return text + quoted(kReason, language, data_text(job, "reason"));
}

std::string link_of(const MailSettings& settings, const MailJob& job, const RequestRecord& record) {
  const std::string portal = settings.base_url + "/portail/";
  return job.kind == "granted" ? portal : portal + "demandes/" + record.id.str();
}

}  // namespace

MailText mail_text(const MailSettings& settings, const MailJob& job, const RequestRecord& record,
                   const Clock&) {
  const Language language = language_of(job.language);
  const Wording& wording = wording_of(job);
  const std::string& signature =
      language == kFrench ? settings.signature_fr : settings.signature_en;
  std::string body = std::string(kHello[language]) + "\n\n" +
                     fill(wording.lead[language], job, record) + "\n\n" +
                     details(wording, language, job, record) + "\n";
  if (*wording.call[language] != '\0') {
    body +=
        std::string(wording.call[language]) + "\n\n<" + link_of(settings, job, record) + ">\n\n";
  }
  body += std::string(kRegards[language]) + "\n\n";
  if (!signature.empty()) body += signature + "\n\n";
  body += std::string(kMachine[language]) + "\n";
  return {fill(wording.subject[language], job, record), std::move(body)};
}

}  // namespace habilitd::workflow
