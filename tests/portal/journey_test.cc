// From asking to revoking, on a real directory.
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "tests/portal/office.h"

using namespace habilitd;
using namespace habilitd::tests;
namespace data = boost::unit_test::data;

namespace {

std::string location(const Response& answer) {
  const std::string* where = answer.header("Location");
  return where ? *where : std::string();
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

const std::string kUsers = "/portail/applications/soffi/utilisateurs";

}  // namespace

BOOST_FIXTURE_TEST_SUITE(journey, Office)

BOOST_AUTO_TEST_CASE(the_guides_way_from_request_to_access) {
  Visitor asker(*portal, "u1");
  BOOST_TEST(has(text_of(asker.get("/portail/services/").body), "Vous n'avez encore accès"));
  const std::string request = asker.ask("consultation");
  const std::string own = "/portail/demandes/" + request;
  BOOST_TEST(has(text_of(asker.get(own + "?fait=recorded").body), "Votre demande est enregistrée"));

  Visitor manager(*portal, "m1");
  const Response tiles = manager.get("/portail/services/");
  BOOST_TEST(has(text_of(tiles.body), "En attente 1 personne"));
  BOOST_TEST(has(tiles.body, "Gérer les accès de SOFFi"));
  const Response list = manager.get(kUsers + "?etat=en-attente");
  const std::string words = text_of(list.body);
  BOOST_TEST(has(words, "Utilisateurs du service"));
  BOOST_TEST(has(words, "1 Droit d'accès trouvé"));
  BOOST_TEST(has(words, "État\u00a0: En attente"));
  const Response page = manager.open(own);
  const std::string person = text_of(page.body);
  for (const char* part :
       {"Coordonnées", "Demandes en cours", "Habilitations pour SOFFi",
        "Ajouter une nouvelle habilitation", "Valider la demande Consultation de Paul Durand"})
    BOOST_TEST(has(person, part), part);
  const Response done = manager.submit(manager.form(page, "/valider"));
  BOOST_TEST(done.status == 303);
  BOOST_TEST(has(location(done), "fait=approved"));
  BOOST_TEST(has(text_of(manager.get(location(done)).body), "La demande est validée"));
  BOOST_TEST(is_member("u1", "consultation", kS1));
  BOOST_TEST(state_of(request) == "active");
  BOOST_TEST(has(text_of(asker.get("/portail/services/").body), "Consultation"));
  BOOST_TEST(has(text_of(asker.get("/portail/demandes").body), "Jusqu'au"));
  BOOST_TEST(has(text_of(manager.get("/portail/services/").body), "En attente") == false);
}

BOOST_AUTO_TEST_CASE(a_repeated_post_does_nothing_twice_and_shows_the_same) {
  Visitor asker(*portal, "u1");
  const Response page = asker.get(std::string("/portail/demander?application=soffi&siret=") + kS1);
  const Form form = asker.form(page, "/portail/demander");
  const Fields fields{{"role", "consultation"}, {"justification", "Pour suivre nos dossiers."}};
  const Response once = asker.submit(form, fields), twice = asker.submit(form, fields);
  BOOST_TEST(location(once) == location(twice));
  const std::string request = location(once).substr(18, 36);
  Visitor manager(*portal, "m1");
  const Form approve = manager.form(manager.open("/portail/demandes/" + request), "/valider");
  const Response first = manager.submit(approve), second = manager.submit(approve);
  BOOST_TEST(first.status == 303);
  BOOST_TEST(location(first) == location(second));
}

BOOST_AUTO_TEST_CASE(the_slower_manager_is_told_who_was_faster) {
  const std::string request = Visitor(*portal, "u1").ask("consultation");
  Visitor one(*portal, "m1"), two(*portal, "m2");
  const Form fast = one.form(one.open("/portail/demandes/" + request), "/valider");
  const Form slow = two.form(two.open("/portail/demandes/" + request), "/valider");
  BOOST_TEST(one.submit(fast).status == 303);
  const Response late = two.submit(slow);
  BOOST_TEST(late.status == 409);
  BOOST_TEST(has(text_of(late.body), "Déjà traitée par Marie Curie"));
}

BOOST_AUTO_TEST_CASE(a_request_cancelled_meanwhile_is_not_granted) {
  Visitor asker(*portal, "u1"), manager(*portal, "m1");
  const std::string request = asker.ask("consultation");
  const Form approve = manager.form(manager.open("/portail/demandes/" + request), "/valider");
  const Response own = asker.get("/portail/demandes");
  BOOST_TEST(location(asker.submit(asker.form(own, "/annuler"))) ==
             "/portail/demandes/" + request + "?fait=cancelled");
  const Response late = manager.submit(approve);
  BOOST_TEST(late.status == 409);
  BOOST_TEST(has(text_of(late.body), "La demande a été annulée"));
  BOOST_TEST(!is_member("u1", "consultation", kS1));
}

BOOST_AUTO_TEST_CASE(refusing_demands_a_reason) {
  const std::string request = Visitor(*portal, "u1").ask("consultation");
  Visitor manager(*portal, "m1");
  const Response page = manager.get("/portail/demandes/" + request +
                                    "/refuser?retour=" + encode_component("etat=en-attente"));
  const Form form = manager.form(page, "/refuser");
  const Response without = manager.submit(form, {{"reason", "  "}});
  BOOST_TEST(without.status == 400);
  BOOST_TEST(has(without.body, "aria-invalid=\"true\""));
  BOOST_TEST(state_of(request) == "pending");
  const Response done = manager.submit(form, {{"reason", "Merci de préciser <votre> service."}});
  BOOST_TEST(has(location(done), "etat=en-attente"));
  BOOST_TEST(has(location(done), "fait=refused"));
  BOOST_TEST(state_of(request) == "refused");
  BOOST_TEST(has(manager.get(location(done)).body, "&lt;votre&gt;"));
}

BOOST_AUTO_TEST_CASE(a_stale_revision_fails) {
  const std::string request = Visitor(*portal, "u1").ask("consultation");
  Visitor manager(*portal, "m1");
  const Form approve = manager.form(manager.open("/portail/demandes/" + request), "/valider");
  BOOST_TEST(manager.submit(approve, {{"revision", "77"}}).status == 409);
  BOOST_TEST(manager.submit(approve, {{"revision", "x"}}).status == 400);
  BOOST_TEST(manager.submit(approve, {{"operation", ""}}).status == 400);
  BOOST_TEST(state_of(request) == "pending");
}

BOOST_AUTO_TEST_CASE(a_manager_is_appointed_in_two_steps) {
  const std::string request = Visitor(*portal, "u1").ask("gestionnaire");
  Visitor manager(*portal, "m1"), boss(*portal, "boss");
  const Form first = manager.form(manager.open("/portail/demandes/" + request), "/valider");
  const Response voted = manager.submit(first);
  BOOST_TEST(has(location(voted), "fait=approved-stage"));
  BOOST_TEST(state_of(request) == "pending");
  const Response page = manager.get(location(voted));
  const Response again = manager.submit(manager.form(page, "/valider"));
  BOOST_TEST((again.status == 403 || again.status == 409));
  BOOST_TEST(state_of(request) == "pending");
  const Form last = boss.form(boss.open("/portail/demandes/" + request), "/valider");
  BOOST_TEST(has(location(boss.submit(last)), "fait=approved"));
  BOOST_TEST(state_of(request) == "active");
  BOOST_TEST(is_member("u1", "gestionnaire", kS1));
}

BOOST_AUTO_TEST_CASE(granting_and_revoking_directly) {
  Visitor manager(*portal, "m1");
  const Response pick =
      manager.get("/portail/applications/soffi/ajouter?siret=" + std::string(kS1));
  BOOST_TEST(has(pick.body, id_of("u1")));
  const std::string person = kUsers + "/" + id_of("u1");
  const Response page = manager.get(person + "/ajouter?siret=" + kS1);
  const std::string words = text_of(page.body);
  BOOST_TEST(has(words, "Un gestionnaire se nomme par demande"));
  const Form form = manager.form(page, "/ajouter");
  const Fields fields{{"role", "consultation"}, {"justification", "Renfort pour l'été."}};
  BOOST_TEST(manager.submit(form).status == 400);
  BOOST_TEST(manager
                 .submit(form, {{"role", "gestionnaire"},
                                {"justification", "Pour le nommer gestionnaire."}})
                 .status == 403);
  BOOST_TEST(has(location(manager.submit(form, fields)), "fait=granted"));
  BOOST_TEST(is_member("u1", "consultation", kS1));

  const std::string revoke = person + "/revoquer?role=consultation&siret=" + kS1;
  const Form take = manager.form(manager.get(revoke), "/revoquer");
  BOOST_TEST(manager.submit(take).status == 400);
  BOOST_TEST(is_member("u1", "consultation", kS1));
  const Response done = manager.submit(take, {{"reason", "Fin de mission."}});
  BOOST_TEST(has(location(done), "fait=revoked"));
  BOOST_TEST(!is_member("u1", "consultation", kS1));
  BOOST_TEST(location(manager.submit(take, {{"reason", "Fin de mission."}})) == location(done));
  BOOST_TEST(has(text_of(manager.get(location(done)).body), "Fin de mission."));
}

BOOST_AUTO_TEST_CASE(a_role_that_needs_another_is_offered_but_not_open) {
  Visitor asker(*portal, "u1");
  const Response page = asker.get(std::string("/portail/demander?application=soffi&siret=") + kS1);
  BOOST_TEST(has(page.body, "value=\"saisie\" disabled"));
  BOOST_TEST(has(text_of(page.body), "Il faut déjà avoir\u00a0: Consultation."));
  const Response forced = asker.submit(asker.form(page, "/portail/demander"),
                                       {{"role", "saisie"}, {"justification", "Je veux saisir."}});
  BOOST_TEST(forced.status == 403);
  BOOST_TEST(has(forced.body, "role-error"));
}

BOOST_AUTO_TEST_CASE(somebody_of_no_structure_also_asks_to_join) {
  Visitor asker(*portal, "fresh");
  const Response first = asker.get("/portail/demander");
  BOOST_TEST(has(first.body, "id=\"siret\""));
  const Response page =
      asker.get("/portail/demander?application=soffi&siret=732%20829%20320%2000074");
  BOOST_TEST(has(text_of(page.body), "demande de rattachement"));
  const Response other = asker.get(std::string("/portail/demander?application=soffi&siret=") + kS2);
  BOOST_TEST(has(other.body, "Mission locale &lt;du Val&gt;"));
}

const std::pair<const char*, const char*> kSirets[] = {{"73282932000075", "vérifiez"},
                                                       {"00000000000000", "SIRET"},
                                                       {"7328293200007", "14 chiffres"},
                                                       {"٧٣٢٨٢٩٣٢٠٠٠٠٧٤", "chiffres"},
                                                       {"abc", "chiffres"},
                                                       {"", "Indiquez"},
                                                       {"35600000009075", "Aucune structure"}};

BOOST_AUTO_TEST_CASE(a_wrong_siret_is_explained_with_an_example) {
  Visitor asker(*portal, "u1");
  for (const auto& [siret, words] : kSirets) {
    const Response page =
        asker.get("/portail/demander?application=soffi&siret=" + encode_component(siret));
    BOOST_TEST(page.status == 400, siret);
    BOOST_TEST(has(page.body, "id=\"siret-error\""), siret);
    BOOST_TEST(has(text_of(page.body), words), siret);
    BOOST_TEST(has(page.body, "Erreur"), siret);
  }
}

BOOST_AUTO_TEST_CASE(a_form_with_errors_keeps_what_was_typed) {
  Visitor asker(*portal, "u1");
  const Response page = asker.get(std::string("/portail/demander?application=soffi&siret=") + kS1);
  const Response again = asker.submit(
      asker.form(page, "/portail/demander"),
      {{"role", "consultation"}, {"justification", "<court>"}, {"until", "2001-01-01"}});
  BOOST_TEST(again.status == 400);
  BOOST_TEST(has(again.body, "&lt;court&gt;</textarea>"));
  BOOST_TEST(has(again.body, "value=\"2001-01-01\""));
  BOOST_TEST(has(again.body, "value=\"consultation\" checked"));
}

const char* const kSearches[] = {
    "*", ")(objectClass=*", "*)(uid=*", "<script>alert(1)</script>", "\\2a", "\u00a0732\u00a0829"};

BOOST_DATA_TEST_CASE(a_search_is_taken_literally, data::make(kSearches), search) {
  Visitor(*portal, "u1").ask("consultation");
  Visitor manager(*portal, "m1");
  const Response page = manager.get(kUsers + "?q=" + encode_component(search));
  BOOST_TEST(page.status == 200);
  BOOST_TEST(!has(page.body, "<script>alert"));
  const bool siret = has(search, "732");
  BOOST_TEST(has(text_of(page.body), siret ? "1 Droit" : "Aucun droit"));
}

BOOST_AUTO_TEST_CASE(the_export_is_neutral_and_stays_within_ones_structures) {
  Visitor(*portal, "fresh").ask("consultation");
  Visitor manager(*portal, "m1"), elsewhere(*portal, "m3");
  const Response file = manager.get(kUsers + ".csv");
  BOOST_TEST(*file.header("Content-Type") == "text/csv; charset=utf-8");
  BOOST_TEST(has(*file.header("Content-Disposition"), "attachment"));
  BOOST_TEST(has(file.body, "\"Lise =Meitner\""));
  BOOST_TEST(has(file.body, "\"732 829 320 00074\""));
  BOOST_TEST(!has(elsewhere.get(kUsers + ".csv").body, "Meitner"));
}

BOOST_AUTO_TEST_SUITE_END()
