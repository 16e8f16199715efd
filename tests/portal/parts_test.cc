// Small parts that need no directory.
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "base/crypto.h"
#include "portal/cookies.h"
#include "portal/csrf.h"
#include "portal/csv.h"
#include "portal/dates.h"
#include "portal/language.h"
#include "portal/routes.h"
#include "portal/users_query.h"

using namespace habilitd;
using namespace habilitd::portal;
namespace data = boost::unit_test::data;

BOOST_AUTO_TEST_SUITE(csv)

const std::pair<const char*, const char*> kCells[] = {
    {"Durand", "\"Durand\""},  {"a \"b\"", "\"a \"\"b\"\"\""},
    {"=1+1", "\"'=1+1\""},     {"+33 1", "\"'+33 1\""},
    {"-2", "\"'-2\""},         {"@SUM(A1)", "\"'@SUM(A1)\""},
    {"  =cmd", "\"'  =cmd\""}, {"\tx", "\"'\tx\""},
    {"\rx", "\"'\rx\""},       {"＝1", "\"'＝1\""},
    {"a=b;c", "\"a=b;c\""},    {"", "\"\""}};

BOOST_AUTO_TEST_CASE(no_cell_is_a_formula) {
  for (const auto& [text, cell] : kCells) BOOST_TEST(csv_cell(text) == cell);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(next_after_sign_in)

const char* const kHostile[] = {"",
                                "//evil",
                                "/\\evil",
                                "https:evil",
                                "/%09/evil",
                                "javascript:alert(1)",
                                "https://evil.example/portail/",
                                "/portail/../evil",
                                "/portail//evil",
                                "/portail/%2e%2e/evil",
                                "/portail/%5cevil",
                                "/portail/a\r\nSet-Cookie: x",
                                "/portail",
                                "/connexion",
                                "portail/services/",
                                " /portail/services/",
                                "/portail/#x"};

BOOST_DATA_TEST_CASE(hostile_addresses_are_not_followed, data::make(kHostile), address) {
  BOOST_TEST(!is_local_page(address));
}

BOOST_AUTO_TEST_CASE(pages_of_the_portal_are) {
  BOOST_TEST(is_local_page("/portail/services/"));
  BOOST_TEST(is_local_page("/portail/applications/soffi/utilisateurs?etat=en-attente"));
  BOOST_TEST(!is_local_page("/portail/" + std::string(3000, 'a')));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(cookies)

BOOST_AUTO_TEST_CASE(malformed_repeated_or_oversized_is_nobody) {
  const CookieJar jar(false);
  const std::string good(43, 'A');
  const auto read = [&](const std::string& header) {
    return jar.read_secret(header, Cookie::kSession).has_value();
  };
  BOOST_TEST(read("habilitd=" + good));
  BOOST_TEST(read("a=b; habilitd=" + good + "; habilitd-lang=fr"));
  BOOST_TEST(!read("habilitd=" + good + "; habilitd=" + good));
  BOOST_TEST(!read("habilitd=" + good + "x"));
  BOOST_TEST(!read("habilitd=" + good.substr(1)));
  BOOST_TEST(!read("habilitd=" + good.substr(1) + "*"));
  BOOST_TEST(!read("habilitd=\"" + good + "\""));
  BOOST_TEST(!read("habilitd="));
  BOOST_TEST(!read("habilitd"));
  BOOST_TEST(!read("Habilitd=" + good));
  BOOST_TEST(!read("xhabilitd=" + good));
  BOOST_TEST(!read("habilitd=" + good + "; x=" + std::string(5000, 'x')));
}

BOOST_AUTO_TEST_CASE(over_https_they_belong_to_the_host) {
  const std::string line = CookieJar(true).write(Cookie::kSession, "v");
  BOOST_TEST(line == "__Host-habilitd=v; Path=/; HttpOnly; SameSite=Lax; Secure");
  BOOST_TEST(CookieJar(false).write(Cookie::kSession, "v") ==
             "habilitd=v; Path=/; HttpOnly; SameSite=Lax");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(csrf)

BOOST_AUTO_TEST_CASE(a_token_fits_its_session_and_purpose_only) {
  const Secret one = random_token(), two = random_token();
  const std::string token = csrf_token(one, "session");
  BOOST_TEST(csrf_matches(one, "session", token));
  BOOST_TEST(!csrf_matches(two, "session", token));
  BOOST_TEST(!csrf_matches(one, "sign-in", token));
  BOOST_TEST(!csrf_matches(one, "session", ""));
  BOOST_TEST(!csrf_matches(one, "session", token.substr(1)));
}

BOOST_AUTO_TEST_CASE(only_our_own_pages_may_post) {
  const auto allowed = [](const char* origin, const char* site) {
    RequestHeaders headers;
    headers.origin = origin;
    headers.sec_fetch_site = site;
    return comes_from_us(headers, "https://portail.example.org");
  };
  BOOST_TEST(allowed("", ""));
  BOOST_TEST(allowed("https://portail.example.org", "same-origin"));
  BOOST_TEST(allowed("https://portail.example.org", ""));
  BOOST_TEST(allowed("null", "same-origin"));
  BOOST_TEST(!allowed("null", ""));
  BOOST_TEST(!allowed("null", "cross-site"));
  BOOST_TEST(!allowed("https://evil.example", ""));
  BOOST_TEST(!allowed("https://evil.example", "same-origin"));
  BOOST_TEST(!allowed("http://portail.example.org", ""));
  BOOST_TEST(!allowed("https://portail.example.org.evil", ""));
  BOOST_TEST(!allowed("", "cross-site"));
  BOOST_TEST(!allowed("", "same-site"));
  BOOST_TEST(!allowed("", "none"));
  BOOST_TEST(origin_of("https://a.example:8443/x") == "https://a.example:8443");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(words)

BOOST_AUTO_TEST_CASE(the_heaviest_known_language_wins) {
  const auto is = [](const char* accept, std::optional<Language> expected) {
    return accepted_language(accept) == expected;
  };
  BOOST_TEST(is("fr", Language::kFrench));
  BOOST_TEST(is("en-GB,en;q=0.9,fr;q=0.8", Language::kEnglish));
  BOOST_TEST(is("de, fr;q=0.3, en;q=0.7", Language::kEnglish));
  BOOST_TEST(is("en;q=0, fr;q=0.1", Language::kFrench));
  BOOST_TEST(is("de", std::nullopt));
  BOOST_TEST(is("", std::nullopt));
  BOOST_TEST(is(",,;q=,fr;;", Language::kFrench));
}

BOOST_AUTO_TEST_CASE(instants_read_as_people_say_them) {
  const Texts texts;
  const Instant now = *parse_rfc3339("2026-03-08T10:19:14Z");
  const auto ago = [&](const char* at) {
    return ago_text(texts, Language::kFrench, *parse_rfc3339(at), now);
  };
  BOOST_TEST(ago("2026-03-08T10:19:00Z") == "à l'instant");
  BOOST_TEST(ago("2026-03-08T10:18:00Z") == "il y a 1 minute");
  BOOST_TEST(ago("2026-03-08T08:18:00Z") == "il y a 2 heures");
  BOOST_TEST(ago("2026-03-07T09:00:00Z") == "hier");
  BOOST_TEST(ago("2026-03-05T09:00:00Z") == "il y a 3 jours");
  BOOST_TEST(ago("2026-01-05T09:00:00Z") == "il y a 2 mois");
  BOOST_TEST(ago("2024-01-05T09:00:00Z") == "il y a 2 ans");
  BOOST_TEST(ago("2027-01-05T09:00:00Z") == "à l'instant");
  BOOST_TEST(day_text(texts, Language::kFrench, *parse_rfc3339("2026-03-01T12:00:00Z")) ==
             "1er mars 2026");
  BOOST_TEST(day_text(texts, Language::kEnglish, now) == "8 March 2026");
}

BOOST_AUTO_TEST_CASE(a_date_field_is_a_day_or_an_error) {
  for (const char* bad : {"", "2026-02-30", "2026-13-01", "26-01-01", "2026/01/01", "2026-1-01",
                          "0000-01-01", "2026-01-01x", "demain"})
    BOOST_TEST(!end_of_day(bad).ok(), bad);
  BOOST_TEST(to_rfc3339(*end_of_day("2026-02-28")).substr(0, 7) == "2026-02");
}

BOOST_AUTO_TEST_CASE(french_counts_none_as_one) {
  const Texts texts;
  BOOST_TEST(texts.count(Language::kFrench, "services.waiting", 1) == "En attente 1 personne");
  BOOST_TEST(texts.count(Language::kFrench, "services.waiting", 5) == "En attente 5 personnes");
  BOOST_TEST(texts.count(Language::kFrench, "users.found", 0) == "Aucun droit d'accès trouvé");
  BOOST_TEST(texts.count(Language::kFrench, "users.found", 1) == "1 Droit d'accès trouvé");
  BOOST_TEST(texts.count(Language::kFrench, "users.found", 5) == "5 Droits d'accès trouvés");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(addresses)

BOOST_AUTO_TEST_CASE(filters_survive_the_way_through_the_address) {
  const std::string text =
      "etat=en-attente&role=consultation&siret=73282932000074&q=d%C3%A9%20%26&page=3";
  const auto read = [](const std::string& query) {
    return UsersQuery::read(parse_target("/x?" + query)->query);
  };
  BOOST_TEST(read(text).text() == text);
  BOOST_TEST(read("etat=x&role=..&siret=1&page=-1&personne=*&demande=").text() == "");
  BOOST_TEST(read("page=99999999999999999999").page == 1);
  BOOST_TEST(read("q=" + std::string(500, 'a')).search == "");
}

BOOST_AUTO_TEST_CASE(every_route_names_who_may_come) {
  for (const Route& route : routes()) {
    const bool open = route.access == Access::kOpen;
    const bool expected =
        route.pattern == "/" || route.pattern == "/portail" || route.pattern == "/connexion";
    BOOST_TEST(open == expected, route.pattern);
  }
}

BOOST_AUTO_TEST_SUITE_END()
