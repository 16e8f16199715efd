#include "workflow/mail_text.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "tests/workflow/site.h"
#include "workflow/outbox.h"

namespace habilitd::workflow {
namespace {

using namespace tests;

MailSettings settings() {
  MailSettings settings;
  settings.sender = "no-reply@emploi.gouv.fr";
  settings.sender_name = "Mes démarches";
  settings.signature_fr = "L'équipe technique Mes Démarches Emploi et Formation Professionnelle";
  settings.signature_en = "The technical team";
  settings.base_url = "https://mesdemarches.example.org:8443";
  return settings;
}

RequestRecord record() {
  RequestRecord record;
  record.id = *RequestId::parse("0b7f2f52-6a3c-4b39-9d2e-3d5a2f3c1a11");
  record.person_name = "Test_4 Test_3";
  record.application_label = "SOFFi";
  record.structure_label = "TEST - TEST";
  record.role_label = "Consultation";
  record.siret = kS1;
  record.justification = "Je suis les dossiers.\n\nMerci d'avance.";
  record.due = *parse_rfc3339("2026-04-07T10:00:00Z");
  return record;
}

MailJob job(const char* kind, const char* language, Json data = Json::object()) {
  return {
      kind,           *Email::parse("m1@example.org"), "Marie Curie", language, 1, 0, {}, {}, false,
      std::move(data)};
}

MailText text(const MailJob& what, const RequestRecord& about = record()) {
  return mail_text(settings(), what, about, ManualClock());
}

constexpr const char* kGuide =
    "Bonjour,\n\n"
    "Test_4 Test_3 vous demande l'accès à la démarche 'SOFFi' pour la structure TEST - TEST dont "
    "vous êtes gestionnaire.\n\n"
    "Rôle : Consultation\n"
    "SIRET : 732 829 320 00074\n"
    "À traiter avant le : 7 avril 2026\n"
    "Justification :\n"
    "> Je suis les dossiers.\n"
    "> \n"
    "> Merci d'avance.\n\n"
    "Pour accepter la demande, connectez-vous à l'application :\n\n"
    "<https://mesdemarches.example.org:8443/portail/demandes/0b7f2f52-6a3c-4b39-9d2e-3d5a2f3c1a11>"
    "\n\n"
    "Cordialement,\n\n"
    "L'équipe technique Mes Démarches Emploi et Formation Professionnelle\n\n"
    "Ce message est envoyé par un automate, merci de ne pas y répondre : votre réponse ne pourra "
    "pas être traitée.\n";

constexpr const char* kEnglishGuide =
    "Hello,\n\n"
    "Test_4 Test_3 asks you for access to the service 'SOFFi' for the organisation TEST - TEST, "
    "which you manage.\n\n"
    "Role: Consultation\n"
    "SIRET: 732 829 320 00074\n"
    "To be decided before: 7 April 2026\n"
    "Justification:\n"
    "> Je suis les dossiers.\n"
    "> \n"
    "> Merci d'avance.\n\n"
    "To accept the request, sign in to the application:\n\n"
    "<https://mesdemarches.example.org:8443/portail/demandes/0b7f2f52-6a3c-4b39-9d2e-3d5a2f3c1a11>"
    "\n\n"
    "Kind regards,\n\n"
    "The technical team\n\n"
    "This message was sent by a machine, please do not reply: your answer could not be handled.\n";

struct Line {
  const char* kind;
  const char* data;
  const char* subject_fr;
  const char* subject_en;
};
std::ostream& operator<<(std::ostream& out, const Line& line) {
  return out << line.kind << " " << line.data;
}
const Line kSubjects[] = {
    {"request-received", "{}", "Demande d'accès à SOFFi", "Request for access to SOFFi"},
    {"request-receipt", "{}", "Votre demande d'accès à SOFFi", "Your request for access to SOFFi"},
    {"request-approved", "{}", "Votre demande d'accès à SOFFi est acceptée",
     "Your request for access to SOFFi is accepted"},
    {"request-refused", "{}", "Votre demande d'accès à SOFFi est refusée",
     "Your request for access to SOFFi is refused"},
    {"handled-by", R"({"by":"Marie Curie","outcome":"approved"})",
     "Demande d'accès à SOFFi traitée par Marie Curie",
     "Request for access to SOFFi handled by Marie Curie"},
    {"handled-by", R"({"by":"Marie Curie","outcome":"refused"})",
     "Demande d'accès à SOFFi traitée par Marie Curie",
     "Request for access to SOFFi handled by Marie Curie"},
    {"handled-by", R"({"by":"Marie Curie","outcome":"granted"})",
     "Accès à SOFFi accordé par Marie Curie", "Access to SOFFi granted by Marie Curie"},
    {"handled-by", R"({"by":"Marie Curie","outcome":"revoked"})",
     "Accès à SOFFi retiré par Marie Curie", "Access to SOFFi withdrawn by Marie Curie"},
    {"cancelled", "{}", "Demande d'accès à SOFFi annulée", "Request for access to SOFFi cancelled"},
    {"cancelled", R"({"own":true})", "Votre demande d'accès à SOFFi est annulée",
     "Your request for access to SOFFi is cancelled"},
    {"granted", R"({"by":"Marie Curie"})", "Accès à SOFFi accordé", "Access to SOFFi granted"},
    {"revoked", "{}", "Votre accès à SOFFi est retiré", "Your access to SOFFi is withdrawn"},
    {"from-the-future", "{}", "Votre accès à SOFFi", "Your access to SOFFi"},
};

std::string header(const std::string& message, const std::string& name) {
  const auto at = message.find("\r\n" + name + ": ");
  const auto start = message.starts_with(name + ": ") ? name.size() + 2 : at + name.size() + 4;
  if (at == std::string::npos && !message.starts_with(name + ": ")) return {};
  return message.substr(start, message.find("\r\n", start) - start);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(mail_texts)

BOOST_AUTO_TEST_CASE(a_request_is_announced_in_the_words_of_the_guide) {
  const MailText french = text(job("request-received", "fr"));
  BOOST_TEST(french.subject == "Demande d'accès à SOFFi");
  BOOST_TEST(french.body == kGuide);
  BOOST_TEST(text(job("request-received", "")).body == kGuide);
  BOOST_TEST(text(job("request-received", "en-GB")).body == kEnglishGuide);
}

BOOST_DATA_TEST_CASE(each_kind_has_its_words, boost::unit_test::data::make(kSubjects), line) {
  const Json data = *parse_json(line.data);
  const MailText french = text(job(line.kind, "fr", data));
  const MailText english = text(job(line.kind, "en", data));
  BOOST_TEST(french.subject == line.subject_fr);
  BOOST_TEST(english.subject == line.subject_en);
  for (const MailText& mail : {french, english}) {
    BOOST_TEST(mail.body.find('{') == std::string::npos);
    BOOST_TEST(mail.body.find("TEST - TEST") != std::string::npos);
    BOOST_TEST(mail.body.find("Consultation") != std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(a_refusal_holds_its_reason_marked_as_a_quotation) {
  const MailText mail = text(job("request-refused", "fr", {{"reason", "Voir avec Paul.\nMerci."}}));
  BOOST_TEST(mail.body.find("Motif :\n> Voir avec Paul.\n> Merci.\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(line_ends_in_names_do_not_make_new_lines) {
  RequestRecord about = record();
  about.application_label = "SOFFi\r\nBcc: everybody@example.org";
  const std::string message =
      mail_message(settings(), job("request-received", "fr"), about, ManualClock());
  BOOST_TEST(message.find("\nBcc:") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_message_is_plain_text_that_no_machine_answers) {
  const std::string message =
      mail_message(settings(), job("request-received", "fr"), record(), ManualClock());
  BOOST_TEST(header(message, "Auto-Submitted") == "auto-generated");
  BOOST_TEST(header(message, "To") == "m1@example.org");
  BOOST_TEST(header(message, "From").find("<no-reply@emploi.gouv.fr>") != std::string::npos);
  BOOST_TEST(header(message, "Subject") == "Demande =?UTF-8?B?ZCdhY2PDqHMgw6A=?= SOFFi");
  BOOST_TEST(header(message, "Date") == "Sun, 08 Mar 2026 10:00:00 +0000");
  BOOST_TEST(header(message, "Content-Type") == "text/plain; charset=utf-8");
  BOOST_TEST(header(message, "References") ==
             "<request.0b7f2f52-6a3c-4b39-9d2e-3d5a2f3c1a11@mesdemarches.example.org>");
  BOOST_TEST(message.find("\r\n\r\nBonjour,\r\n") != std::string::npos);
  BOOST_TEST(message.find("d=C3=A9marche") != std::string::npos);
  for (std::size_t at = message.find('\n'); at != std::string::npos;
       at = message.find('\n', at + 1)) {
    BOOST_TEST(message[at - 1] == '\r');
  }
}

BOOST_AUTO_TEST_CASE(the_message_id_is_the_same_at_every_attempt_and_another_for_others) {
  const auto id_of = [](MailJob what, const RequestRecord& about) {
    return header(mail_message(settings(), what, about, ManualClock()), "Message-Id");
  };
  const MailJob first = job("request-received", "fr");
  MailJob again = first, other = first, later = first;
  again.tries = 3;
  again.claim = "x";
  again.language = "en";
  other.to = *Email::parse("m2@example.org");
  later.revision = 2;
  const std::string id = id_of(first, record());
  BOOST_TEST(id.ends_with("@mesdemarches.example.org>"));
  BOOST_TEST(id_of(again, record()) == id);
  BOOST_TEST(id_of(other, record()) != id);
  BOOST_TEST(id_of(later, record()) != id);
  RequestRecord another = record();
  another.id = RequestId(EntryUuid::random());
  BOOST_TEST(id_of(first, another) != id);
}

BOOST_AUTO_TEST_CASE(a_job_survives_its_encoding) {
  MailJob what = job("handled-by", "en", {{"by", "É"}});
  what.tries = 2;
  what.claim = "abc";
  what.dead = true;
  what.next = Instant(Duration(1234));
  const auto back = decode_job(encode_job(what));
  BOOST_REQUIRE(back.ok());
  BOOST_TEST(encode_job(*back) == encode_job(what));
  BOOST_TEST(back->dead);
  BOOST_TEST((back->next == what.next));
  BOOST_TEST(!decode_job("{\"to\":\"a@b.fr, c@d.fr\"}").ok());
  BOOST_TEST(!decode_job("[]").ok());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace habilitd::workflow
