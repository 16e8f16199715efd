// Sign-in, sign-out, language, cookies and what every answer carries.
#include <unistd.h>

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

std::string set_cookies(const Response& answer) {
  std::string all;
  for (const auto& [name, value] : answer.headers)
    if (name == "Set-Cookie") all += value.str() + "\n";
  return all;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(sign_in, Office)

BOOST_AUTO_TEST_CASE(a_right_password_opens_a_session_and_a_wrong_one_says_one_thing) {
  Visitor visitor(*portal);
  BOOST_TEST(location(visitor.get("/")) == "/portail/services/");
  BOOST_TEST(location(visitor.get("/portail/services/")) ==
             "/connexion?next=%2Fportail%2Fservices%2F");
  const Response wrong = visitor.sign_in("m1", "wrong wrong");
  BOOST_TEST(wrong.status == 403);
  BOOST_TEST(has(text_of(wrong.body), "incorrect"));
  std::string unknown = visitor.sign_in("nobody", "wrong wrong").body;
  for (std::size_t at; (at = unknown.find("nobody")) != unknown.npos;) unknown.replace(at, 6, "m1");
  BOOST_TEST(unknown == wrong.body);
  const Response right = visitor.sign_in("m1");
  BOOST_TEST(right.status == 303);
  BOOST_TEST(location(right) == "/portail/services/");
  BOOST_TEST(visitor.cookies.contains("habilitd"));
  BOOST_TEST(!visitor.cookies.contains("habilitd-pre"));
  BOOST_TEST(visitor.get("/portail/services/").status == 200);
  BOOST_TEST(location(visitor.get("/connexion")) == "/portail/services/");
}

BOOST_AUTO_TEST_CASE(the_page_has_the_guides_words) {
  auto settings = Office::settings("http://127.0.0.1:8080");
  settings.reset_url = "/reset";
  settings.sign_up_url = "/sign-up";
  settings.agents_url = "/agents";
  const auto with_links = other(settings);
  const std::string text = text_of(Visitor(*with_links).get("/connexion").body);
  for (const char* words :
       {"Adresse électronique", "Mot de passe", "Mot de passe oublié\u00a0?", "Se créer un compte",
        "Agent du ministère\u00a0?", "Accédez simplement à vos démarches en ligne",
        "Créez-vous un compte.", "Validez vos accès.", "Accédez à vos démarches."})
    BOOST_TEST(has(text, words), words);
  const std::string without = text_of(Visitor(*portal).get("/connexion").body);
  for (const char* words : {"oublié", "Se créer un compte", "Agent du"})
    BOOST_TEST(!has(without, words), words);
}

BOOST_AUTO_TEST_CASE(a_banner_shows_between_its_dates) {
  auto settings = Office::settings("http://127.0.0.1:8080");
  settings.banner_level = "warning";
  settings.banner_fr = "Le portail ferme à midi.";
  const auto shown = [&] {
    const auto p = other(settings);
    return has(Visitor(*p).get("/connexion").body, "ferme à midi");
  };
  BOOST_TEST(shown());
  settings.banner_until = "2020-01-01T00:00:00Z";
  BOOST_TEST(!shown());
  settings.banner_until = "";
  settings.banner_from = "2120-01-01T00:00:00Z";
  BOOST_TEST(!shown());
}

BOOST_AUTO_TEST_CASE(a_fixed_session_is_not_taken_over) {
  Visitor visitor(*portal);
  visitor.cookies["habilitd"] = std::string(43, 'A');
  visitor.sign_in("m1");
  BOOST_TEST(visitor.cookies["habilitd"] != std::string(43, 'A'));
  const std::string first = visitor.cookies["habilitd"];
  Visitor again(*portal, "m1");
  BOOST_TEST(again.cookies["habilitd"] != first);
}

BOOST_AUTO_TEST_CASE(signing_out_ends_the_session) {
  Visitor visitor(*portal, "m1");
  Visitor thief(*portal);
  thief.cookies = visitor.cookies;
  BOOST_TEST(thief.get("/portail/services/").status == 200);
  const Response page = visitor.get("/portail/services/");
  BOOST_TEST(location(visitor.submit(visitor.form(page, "/deconnexion"))) ==
             "/connexion?fait=signed-out");
  BOOST_TEST(thief.get("/portail/services/").status == 303);
  BOOST_TEST(has(text_of(visitor.open("/connexion?fait=signed-out").body), "déconnecté"));
}

BOOST_AUTO_TEST_CASE(a_flash_code_shows_only_known_texts) {
  const std::string html = Visitor(*portal).get("/connexion?fait=%3Cb%3Ex").body;
  BOOST_TEST(!has(html, "<b>x"));
  BOOST_TEST(!has(html, "role=\"status\""));
}

const char* const kNext[] = {"//evil",
                             "/\\evil",
                             "https:evil",
                             "/%09/evil",
                             "javascript:alert(1)",
                             "https://evil.example/portail/",
                             "/portail/../evil"};

BOOST_DATA_TEST_CASE(a_hostile_next_is_ignored, data::make(kNext), next) {
  Visitor visitor(*portal);
  Form form = visitor.form(visitor.get("/connexion?next=" + encode_component(next)), "/connexion");
  BOOST_TEST(!form.fields.contains("next"));
  const Response answer =
      visitor.submit(form, {{"login", "m1"}, {"password", kPassword}, {"next", next}});
  BOOST_TEST(location(answer) == "/portail/services/");
}

BOOST_AUTO_TEST_CASE(the_asked_page_follows_sign_in) {
  Visitor visitor(*portal);
  const Response there = visitor.get("/portail/demandes?x=%26");
  const Form form = visitor.form(visitor.get(location(there)), "/connexion");
  const Response answer = visitor.submit(form, {{"login", "m1"}, {"password", kPassword}});
  BOOST_TEST(location(answer) == "/portail/demandes?x=%26");
}

const std::pair<const char*, const char*> kCookies[] = {
    {"tampered", "habilitd=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"},
    {"empty", "habilitd="},
    {"no value", "habilitd"},
    {"garbage", ";;;=;habilitd==="}};

BOOST_AUTO_TEST_CASE(a_broken_cookie_is_anonymous) {
  Visitor visitor(*portal, "m1");
  const std::string good = "habilitd=" + visitor.cookies["habilitd"];
  std::vector<std::pair<std::string, std::string>> all(std::begin(kCookies), std::end(kCookies));
  all.emplace_back("twice", good + "; " + good);
  all.emplace_back("truncated", good.substr(0, good.size() - 5));
  all.emplace_back("huge", good + "; x=" + std::string(10000, 'x'));
  for (const auto& [what, header] : all) {
    Request request = Visitor(*portal).request(Method::kGet, "/portail/services/");
    request.headers.cookie = header;
    BOOST_TEST(portal->handle(request).status == 303, what);
  }
}

namespace {

// The password policy asks for a change after a reset while this lives.
struct MustChange {
  explicit MustChange(Slapd& s) : slapd(s) { set("TRUE"); }
  ~MustChange() { set("FALSE"); }
  void set(const std::string& value) {
    slapd.load(
        "dn: cn=password-policy,ou=services,dc=example,dc=org\nchangetype: modify\n"
        "replace: pwdMustChange\npwdMustChange: " +
        value + "\n");
  }
  Slapd& slapd;
};

}  // namespace

BOOST_AUTO_TEST_CASE(one_who_must_change_the_password_gets_nowhere_else) {
  const MustChange policy(slapd);
  slapd.load(
      "dn: habKey=u1,ou=people,dc=example,dc=org\nchangetype: modify\nreplace: pwdReset\n"
      "pwdReset: TRUE\n");
  Visitor visitor(*portal);
  BOOST_TEST(location(visitor.sign_in("u1")) == "/compte/mot-de-passe");
  for (const char* page : {"/portail/services/", "/portail/demander", "/portail/demandes"})
    BOOST_TEST(location(visitor.get(page)) == "/compte/mot-de-passe", page);
  const Form form = visitor.form(visitor.get("/compte/mot-de-passe"), "/compte/mot-de-passe");
  const std::string fresh = "Une autre phrase bien longue 8";
  const auto change = [&](const std::string& old, const std::string& now,
                          const std::string& again) {
    return visitor.submit(form, {{"old", old}, {"new", now}, {"again", again}});
  };
  BOOST_TEST(change(kPassword, "", "").status == 400);
  BOOST_TEST(change(kPassword, fresh, "x").status == 400);
  BOOST_TEST(change(kPassword, kPassword, kPassword).status == 400);
  BOOST_TEST(change(kPassword, std::string(200, 'x'), std::string(200, 'x')).status == 400);
  BOOST_TEST(change("wrong wrong wrong", fresh, fresh).status == 403);
  BOOST_TEST(location(change(kPassword, fresh, fresh)) == "/connexion?fait=password");
  BOOST_TEST(!visitor.cookies.contains("habilitd"));
  BOOST_TEST(location(visitor.sign_in("u1", fresh)) == "/portail/services/");
}

BOOST_AUTO_TEST_CASE(guessing_is_slowed_down) {
  workflow::WorkflowSettings strict;
  strict.sign_ins_per_name = 2;
  workflow::Services slow(site.directory(), *catalogue, *audit, clock, site.log(), site.metrics(),
                          strict);
  portal::Portal guarded(slow, Office::settings("http://127.0.0.1:8080"));
  Visitor visitor(guarded);
  Response answer;
  for (int i = 0; i < 6 && answer.status != 429; ++i) answer = visitor.sign_in("m1", "wrong wrong");
  BOOST_TEST(answer.status == 429);
  BOOST_TEST(answer.header("Retry-After") != nullptr);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(frame, Office)

BOOST_AUTO_TEST_CASE(language_by_choice_then_cookie_then_person_then_browser) {
  const auto is_english = [](const Response& r) { return has(r.body, "<html lang=\"en\""); };
  Visitor visitor(*portal);
  BOOST_TEST(!is_english(visitor.get("/connexion")));
  visitor.accept_language = "en-GB, fr;q=0.5";
  BOOST_TEST(is_english(visitor.get("/connexion")));
  visitor.sign_in("m1");
  BOOST_TEST(is_english(visitor.get("/portail/services/")));
  slapd.load(
      "dn: habKey=m2,ou=people,dc=example,dc=org\nchangetype: modify\nreplace: preferredLanguage\n"
      "preferredLanguage: fr\n");
  Visitor french(*portal);
  french.accept_language = "en";
  french.sign_in("m2");
  BOOST_TEST(!is_english(french.get("/portail/services/")));
  BOOST_TEST(is_english(french.get("/portail/services/?lang=en")));
  BOOST_TEST(is_english(french.get("/portail/services/")));
  BOOST_TEST(!is_english(french.get("/portail/services/?lang=fr")));
  BOOST_TEST(!is_english(french.get("/portail/services/?lang=xx")));
}

BOOST_AUTO_TEST_CASE(every_answer_carries_the_headers) {
  Visitor visitor(*portal, "m1");
  const std::string id = id_of("u1");
  for (const std::string& address :
       {std::string("/"), std::string("/connexion"), std::string("/portail/services/"),
        std::string("/portail/demander"), std::string("/portail/demandes"),
        std::string("/portail/demandes/x"), std::string("/compte/mot-de-passe"),
        std::string("/portail/applications/soffi/utilisateurs"),
        std::string("/portail/applications/soffi/utilisateurs.csv"),
        std::string("/portail/applications/soffi/ajouter"),
        "/portail/applications/soffi/utilisateurs?personne=" + id,
        "/portail/applications/soffi/utilisateurs/" + id + "/ajouter", std::string("/nope"),
        std::string("/assets/nope.css"), std::string("/deconnexion")}) {
    const Response answer = visitor.get(address);
    const auto value = [&](const char* name) {
      const std::string* found = answer.header(name);
      return found ? *found : std::string();
    };
    BOOST_TEST(value("Content-Security-Policy") ==
                   "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; "
                   "form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
               address);
    BOOST_TEST(value("X-Content-Type-Options") == "nosniff", address);
    BOOST_TEST(value("Referrer-Policy") == "no-referrer", address);
    BOOST_TEST(value("Cross-Origin-Opener-Policy") == "same-origin", address);
    BOOST_TEST(value("Cross-Origin-Resource-Policy") == "same-origin", address);
    BOOST_TEST(value("Cache-Control") == "no-store", address);
    BOOST_TEST(value("Strict-Transport-Security") == "", address);
  }
}

BOOST_AUTO_TEST_CASE(https_makes_cookies_of_the_host_and_hsts) {
  const auto secure = other(Office::settings("https://portail.example.org"));
  Visitor visitor(*secure);
  const Response page = visitor.get("/connexion");
  BOOST_TEST(has(set_cookies(page), "__Host-habilitd-pre="));
  BOOST_TEST(has(set_cookies(page), "; Secure"));
  BOOST_TEST(page.header("Strict-Transport-Security") != nullptr);
  const Response in = visitor.sign_in("m1");
  BOOST_TEST(has(set_cookies(in), "__Host-habilitd="));
}

BOOST_AUTO_TEST_CASE(assets_are_named_by_content_and_kept) {
  Visitor visitor(*portal);
  const std::string html = visitor.get("/connexion").body;
  const std::size_t at = html.find("/assets/portal.");
  const std::string css = html.substr(at, html.find('"', at) - at);
  const Response sheet = visitor.get(css);
  BOOST_TEST(sheet.status == 200);
  BOOST_TEST(*sheet.header("Cache-Control") == "public, max-age=31536000, immutable");
  BOOST_TEST(*sheet.header("Content-Type") == "text/css; charset=utf-8");
  BOOST_TEST(has(sheet.body, "url(\"/assets/text-latin."));
  const std::size_t font = sheet.body.find("/assets/text-latin.");
  const Response woff = visitor.get(sheet.body.substr(font, sheet.body.find('"', font) - font));
  BOOST_TEST(*woff.header("Content-Type") == "font/woff2");
  Request again = visitor.request(Method::kGet, css);
  again.headers.if_none_match = *sheet.header("ETag");
  BOOST_TEST(portal->handle(again).status == 304);
  BOOST_TEST(visitor.get("/assets/portal.css").status == 404);
}

BOOST_AUTO_TEST_CASE(a_stopped_directory_is_503_in_two_languages) {
  Visitor visitor(*portal, "m1");
  slapd.stop();
  Response answer;
  for (int i = 0; i < 100 && answer.status != 503; ++i) {
    answer = visitor.get("/portail/services/");
    ::usleep(100000);
  }
  slapd.start();
  BOOST_TEST(answer.status == 503);
  BOOST_TEST(answer.header("Retry-After") != nullptr);
  BOOST_TEST(has(text_of(answer.body), "momentanément indisponible"));
  BOOST_TEST(has(text_of(answer.body), "unavailable for the moment"));
}

BOOST_AUTO_TEST_SUITE_END()
