#include "portal/page.h"

#include <array>

#include "base/version.h"
#include "portal/csrf.h"

namespace habilitd::portal {
namespace {

const std::string& in(Language language, const std::string& french, const std::string& english) {
  return language == Language::kEnglish && !english.empty() ? english : french;
}

// A banner within its dates, in the language of the page.
void set_banner(const Visit& visit, View& view) {
  const Settings& s = visit.core.settings;
  const std::string& text = in(visit.language, s.banner_fr, s.banner_en);
  const auto& [from, until] = std::pair(visit.core.banner_from, visit.core.banner_until);
  const Instant now = visit.now();
  const bool shown = !text.empty() && !s.banner_level.empty() && (!from || now >= *from) &&
                     (!until || now < *until);
  view["banner"] = shown ? View(text) : View(false);
  if (!shown) return;
  view["banner_level"] = View(s.banner_level);
  view["banner_title"] = View(visit.text("layout.banner_" + s.banner_level));
}

View brand(const Visit& visit) {
  View lines(View::type::list);
  std::string_view rest =
      in(visit.language, visit.core.settings.brand_fr, visit.core.settings.brand_en);
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('|'), rest.size());
    lines << View("line", View(std::string(rest.substr(0, end))));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return lines;
}

View link(const std::string& label, const std::string& href) {
  View view;
  view["label"] = View(label);
  view["href"] = View(href);
  return view;
}

View menu(const Visit& visit, const std::string& here) {
  View entries(View::type::list);
  if (!visit.session || visit.session->must_change_password) return entries;
  static constexpr std::array<std::pair<const char*, const char*>, 3> kMenu = {
      {{"nav.services", "/portail/services/"},
       {"nav.requests", "/portail/demandes"},
       {"nav.password", "/compte/mot-de-passe"}}};
  for (const auto& [label, href] : kMenu) {
    View entry = link(visit.text(label), href);
    entry["current"] = View(here == href);
    entries << entry;
  }
  return entries;
}

View footer(const Visit& visit) {
  const Settings& s = visit.core.settings;
  View links(View::type::list);
  const std::array<std::pair<const char*, const std::string*>, 5> all = {
      {{"layout.legal", &s.legal_url},
       {"layout.terms", &s.terms_url},
       {"layout.privacy", &s.privacy_url},
       {"layout.accessibility", &s.accessibility_url},
       {"layout.help", &s.help_url}}};
  for (const auto& [label, url] : all)
    if (!url->empty()) links << link(visit.text(label), *url);
  return links;
}

View crumbs(const std::vector<Crumb>& all) {
  View list(View::type::list);
  for (const Crumb& crumb : all) {
    View view;
    view["crumb"] = View(crumb.label);
    view["crumb_href"] = optional_text(crumb.href);
    list << view;
  }
  return list;
}

// The same page in the other language; a POST's answer cannot be asked for again.
void set_switch(const Visit& visit, View& view) {
  const char* other = visit.language == Language::kEnglish ? "fr" : "en";
  const std::string here = visit.is_post() ? "/portail/services/" : visit.here();
  view["switch_lang"] = View(other);
  view["switch_href"] = View(here + (here.find('?') == here.npos ? "?lang=" : "&lang=") + other);
}

void set_person(const Visit& visit, View& view) {
  view["user"] = visit.session ? optional_text(visit.person().name) : View(false);
  view["user_mail"] = View(visit.session ? visit.person().mail : "");
  view["csrf"] = View(visit.csrf());
}

void set_frame(const Visit& visit, const Frame& frame, View& view) {
  const Settings& s = visit.core.settings;
  view["lang"] = View(std::string(language_tag(visit.language)));
  view["title"] = View(frame.title);
  view["service"] = View(in(visit.language, s.service_fr, s.service_en));
  view["tagline"] = optional_text(in(visit.language, s.tagline_fr, s.tagline_en));
  view["brand"] = brand(visit);
  view["has_brand"] = View(!view["brand"].is_empty_list());
  view["css"] = View(visit.core.assets.path("portal.css"));
  view["icon"] = View(visit.core.assets.path("icon.svg"));
  view["theme_css"] = optional_text(s.theme_css);
  view["help_url"] = optional_text(s.help_url);
  view["version"] = View(kVersion);
  view["wide"] = View(frame.wide);
  view["nav"] = menu(visit, frame.nav);
  view["has_nav"] = View(!view["nav"].is_empty_list());
  view["footer"] = footer(visit);
  view["crumbs"] = crumbs(frame.crumbs);
  view["has_crumbs"] = View(!frame.crumbs.empty());
}

}  // namespace

Response page(const Visit& visit, std::string_view name, const Frame& frame, View view,
              int status) {
  set_frame(visit, frame, view);
  set_person(visit, view);
  set_banner(visit, view);
  set_switch(visit, view);
  if (!view.get("has_errors")) view["has_errors"] = View(false);
  Response answer;
  answer.status = status;
  answer.set("Content-Type", "text/html; charset=utf-8");
  answer.set("Content-Language", std::string(language_tag(visit.language)));
  answer.body = visit.core.templates.render(name, visit.language, view);
  return answer;
}

std::string with_flash(const std::string& where, std::string_view done) {
  return where + (where.find('?') == where.npos ? "?fait=" : "&fait=") + std::string(done);
}

Response redirect(const std::string& where, std::string_view done) {
  Response answer;
  answer.status = 303;
  answer.set("Location", done.empty() ? where : with_flash(where, done));
  return answer;
}

void set_flash(const Visit& visit, View& view) {
  const std::string& code = visit.query("fait");
  const std::string key = "flash." + code;
  const bool known = visit.core.texts.find(visit.language, key + ".title") != nullptr;
  view["flash"] = View(known);
  if (!known) return;
  view["flash_level"] = View(code == "session-over" ? "info" : "success");
  view["flash_title"] = View(visit.text(key + ".title"));
  view["flash_text"] = View(visit.text(key + ".text"));
}

void set_errors(View& view, const std::vector<FieldError>& errors) {
  View list(View::type::list);
  for (const FieldError& error : errors) {
    View item;
    item["error_href"] = error.field.empty() ? View(false) : View("#" + error.field);
    item["error_text"] = View(error.text);
    list << item;
    if (!error.field.empty()) view[error.field + "_error"] = View(error.text);
  }
  view["errors"] = std::move(list);
  view["has_errors"] = View(!errors.empty());
}

void set_hidden(const Visit& visit, View& view) {
  view["csrf"] = View(visit.csrf());
  view["operation"] = View(new_operation());
}

void secure(Response& answer, bool https) {
  answer.set("Content-Security-Policy",
             "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; "
             "form-action 'self'; frame-ancestors 'none'; base-uri 'none'");
  answer.set("X-Content-Type-Options", "nosniff");
  answer.set("Referrer-Policy", "no-referrer");
  answer.set("Cross-Origin-Opener-Policy", "same-origin");
  answer.set("Cross-Origin-Resource-Policy", "same-origin");
  if (https) answer.set("Strict-Transport-Security", "max-age=63072000; includeSubDomains");
  if (!answer.header("Cache-Control")) answer.set("Cache-Control", "no-store");
}

}  // namespace habilitd::portal
