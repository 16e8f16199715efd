#include "tests/portal/office.h"

#include <sys/stat.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <set>
#include <stdexcept>

#include "tests/support/process.h"
#include "workflow/people.h"
#include "workflow/request_record.h"

namespace habilitd::tests {
namespace {

std::string person(const std::string& login, const std::string& given, const std::string& family) {
  return "dn: habKey=" + login + ",ou=people,dc=example,dc=org\nobjectClass: inetOrgPerson\n" +
         "objectClass: habPerson\nhabKey: " + login + "\nuid: " + login + "\ncn: " + given + " " +
         family + "\nsn: " + family + "\ngivenName: " + given + "\nmail: " + login +
         "@example.org\nuserPassword: " + kPassword + "\n\n";
}

std::string structure(const std::string& siret, const std::string& name,
                      const std::vector<std::string>& members,
                      const std::vector<std::string>& owners) {
  std::string ldif = "dn: cn=" + siret + ",ou=structures,dc=example,dc=org\n" +
                     "objectClass: groupOfNames\nobjectClass: habStructure\ncn: " + siret +
                     "\no: " + name + "\nhabSiret: " + siret +
                     "\nmember: cn=habilitd,ou=services,dc=example,dc=org\n";
  for (const auto& m : members) ldif += "member: habKey=" + m + ",ou=people,dc=example,dc=org\n";
  for (const auto& o : owners) ldif += "owner: habKey=" + o + ",ou=people,dc=example,dc=org\n";
  return ldif + "\n";
}

std::string sample() {
  return person("m1", "Marie", "Curie") + person("m2", "Irène", "Joliot") +
         person("m3", "Ada", "Lovelace") + person("u1", "Paul", "Durand") +
         person("fresh", "Lise", "=Meitner") + person("boss", "Rosalind", "Franklin") +
         "dn: cn=iam-admin,ou=groups,dc=example,dc=org\nobjectClass: groupOfNames\n"
         "objectClass: habGroup\ncn: iam-admin\n"
         "member: cn=habilitd,ou=services,dc=example,dc=org\n"
         "member: habKey=boss,ou=people,dc=example,dc=org\n\n" +
         structure(kS1, "TEST - TEST", {"m1", "m2", "u1"}, {"m1", "m2"}) +
         structure(kS2, "Mission locale <du Val>", {"m3"}, {"m3"}) +
         "dn: cn=soffi,ou=applications,dc=example,dc=org\nobjectClass: groupOfNames\n"
         "objectClass: habApplicationInfo\ncn: soffi\nhabApplication: soffi\nhabPolicy: soffi\n"
         "displayName: SOFFi\ndescription: Suivi Opérateurs Formation et Financement\n"
         "habLink: https://soffi.example.org/\n"
         "owner: habKey=boss,ou=people,dc=example,dc=org\n"
         "member: cn=habilitd,ou=services,dc=example,dc=org\n\n";
}

// The site's directory is loaded before its mirror starts.
Slapd& loaded(Slapd& slapd) {
  slapd.clear();
  slapd.load(sample());
  return slapd;
}

std::string unescape(std::string text) {
  for (const auto& [from, to] :
       {std::pair("&lt;", "<"), std::pair("&gt;", ">"), std::pair("&quot;", "\""),
        std::pair("&apos;", "'"), std::pair("&amp;", "&")})
    for (std::size_t at = 0; (at = text.find(from, at)) != text.npos; ++at)
      text.replace(at, std::string(from).size(), to);
  return text;
}

std::string attribute(const std::string& tag, const std::string& name) {
  const std::size_t at = tag.find(" " + name + "=\"");
  if (at == tag.npos) return {};
  const std::size_t from = at + name.size() + 3;
  return unescape(tag.substr(from, tag.find('"', from) - from));
}

std::vector<std::string> tags(const std::string& html, const std::string& name) {
  std::vector<std::string> found;
  for (std::size_t at = 0; (at = html.find("<" + name, at)) != html.npos; ++at) {
    const char after = html[at + name.size() + 1];
    if (after == ' ' || after == '>') found.push_back(html.substr(at, html.find('>', at) - at + 1));
  }
  return found;
}

std::string inner(const std::string& html, const std::string& name) {
  const std::size_t open = html.find('>', html.find("<" + name));
  const std::size_t close = html.find("</" + name + ">", open);
  return close == html.npos ? std::string() : html.substr(open + 1, close - open - 1);
}

void dump_page(const std::string& html) {
  static int number = 0;
  const char* folder = std::getenv("HABILITD_PAGES");
  if (!folder) return;
  std::string name = boost::unit_test::framework::current_test_case().p_name;
  write_file(std::string(folder) + "/" + std::to_string(1000 + number++) + "-" + name + ".html",
             html);
}

}  // namespace

Office::Office(const std::string& base_url)
    : slapd(loaded(Slapd::shared())), site(slapd), folder(temporary_folder("office")) {
  site.start();
  for (const char* file : {"/soffi.json", "/soffi.tests.json"})
    write_file(folder + file, read_file(HABILITD_SOURCE_DIR "/policies" + std::string(file)));
  catalogue = std::make_unique<workflow::Catalogue>(folder, site.log());
  if (auto status = catalogue->load(); !status) throw std::runtime_error(status.error().detail);
  auto opened = workflow::Audit::open(folder + "/audit.log", clock);
  if (!opened) throw std::runtime_error(opened.error().detail);
  audit = *std::move(opened);
  workflow::WorkflowSettings settings;
  settings.sign_ins_per_name = 1000;
  settings.sign_ins_per_network = 100000;
  services = std::make_unique<workflow::Services>(site.directory(), *catalogue, *audit, clock,
                                                  site.log(), site.metrics(), settings);
  portal = std::make_unique<portal::Portal>(*services, Office::settings(base_url));
}

Office::~Office() { run({"rm", "-rf", folder}, "/dev/null"); }

portal::Settings Office::settings(const std::string& base_url) {
  portal::Settings s;
  s.base_url = base_url;
  s.brand_fr = "Ministère|des Essais";
  s.brand_en = "Ministry|of Trials";
  s.service_fr = "Mes démarches";
  s.service_en = "My services";
  return s;
}

std::unique_ptr<portal::Portal> Office::other(portal::Settings settings) {
  return std::make_unique<portal::Portal>(*services, std::move(settings));
}

std::string Office::id_of(const std::string& login) {
  const auto view = site.directory().view();
  return workflow::find_person_by_login(*view, login)->id.str();
}

bool Office::is_member(const std::string& login, const std::string& role,
                       const std::string& siret) {
  const auto view = site.directory().view();
  const auto group =
      view->by_dn("cn=soffi." + role + "." + siret + ",ou=habilitations,dc=example,dc=org");
  const auto who = view->by_dn("habKey=" + login + ",ou=people,dc=example,dc=org");
  return group && who && view->linked(group->node(), ldap::Link::kMember, who->node());
}

std::string Office::state_of(const std::string& request) {
  const auto view = site.directory().view();
  const auto record = view->by_id(*EntryUuid::parse(request));
  return record ? std::string(record->first(ldap::Attr::kHabState)) : std::string();
}

std::vector<Form> forms_of(const std::string& html) {
  std::vector<Form> forms;
  for (std::size_t at = 0; (at = html.find("<form ", at)) != html.npos; ++at) {
    const std::string body = html.substr(at, html.find("</form>", at) - at);
    const std::string head = body.substr(0, body.find('>'));
    Form form{attribute(head, "action"), attribute(head, "method"), {}};
    for (const std::string& tag : tags(body, "input")) {
      const bool choice = attribute(tag, "type") == "radio";
      if (choice && tag.find(" checked") == tag.npos) continue;
      form.fields[attribute(tag, "name")] = attribute(tag, "value");
    }
    forms.push_back(form);
  }
  return forms;
}

std::string text_of(const std::string& html) {
  std::string text;
  bool in_tag = false;
  for (const char c : inner(html, "body")) {
    if (c == '<') in_tag = true;
    const bool blank = in_tag || c == '\n' || c == ' ';
    if (!blank) text += c;
    if (blank && c != '<' && !in_tag && !text.empty() && text.back() != ' ') text += ' ';
    if (c == '>') in_tag = false;
  }
  return unescape(text);
}

std::string faults_of(const Response& answer) {
  const std::string& html = answer.body;
  std::string faults;
  const auto fault = [&](bool wrong, const std::string& what) {
    faults += wrong ? what + "\n" : "";
  };
  fault(tags(html, "h1").size() != 1, "not one h1");
  fault(inner(html, "title").size() < 10, "no title");
  fault(attribute(tags(html, "html").at(0), "lang").empty(), "no language");
  fault(html.find("<script") != html.npos, "a script");
  fault(html.find(" style=") != html.npos, "an inline style");
  fault(html.find(" on") != html.npos && html.find(" onclick") != html.npos, "inline code");
  std::set<std::string> ids;
  std::string for_labels;
  for (std::size_t at = 0; (at = html.find(" id=\"", at)) != html.npos; ++at) {
    const std::string id = html.substr(at + 5, html.find('"', at + 5) - at - 5);
    fault(!ids.insert(id).second, "id twice: " + id);
  }
  for (const std::string& label : tags(html, "label")) for_labels += attribute(label, "for") + "\n";
  for (const char* control : {"input", "textarea", "select"})
    for (const std::string& tag : tags(html, control)) {
      const bool hidden = attribute(tag, "type") == "hidden" || tag.find("aria-hidden") != tag.npos;
      fault(!hidden && for_labels.find(attribute(tag, "id") + "\n") == for_labels.npos,
            "no label: " + tag);
      std::string described = attribute(tag, "aria-describedby") + " ";
      for (std::size_t end; (end = described.find(' ')) != described.npos;
           described.erase(0, end + 1))
        fault(end > 0 && !ids.contains(described.substr(0, end)), "describes nothing: " + tag);
    }
  fault(html.find("{{") != html.npos, "a tag left over");
  return faults;
}

Request Visitor::request(Method method, const std::string& address) const {
  Request request;
  request.method = method;
  request.method_text = std::string(method_name(method));
  auto target = parse_target(address);
  if (!target) throw std::runtime_error("bad address in a test: " + address);
  request.target = *std::move(target);
  for (const auto& [name, value] : cookies)
    request.headers.cookie += (request.headers.cookie.empty() ? "" : "; ") + name + "=" + value;
  request.headers.accept_language = accept_language;
  request.peer = "192.0.2.7";
  request.request_id = "test";
  return request;
}

Response Visitor::send(Request request) {
  Response answer = portal_->handle(request);
  for (const auto& [name, value] : answer.headers) {
    if (name != "Set-Cookie") continue;
    const std::string line = value.str();
    const std::size_t equals = line.find('='), end = line.find(';');
    const std::string cookie = line.substr(0, equals);
    if (line.find("Max-Age=0") != line.npos)
      cookies.erase(cookie);
    else
      cookies[cookie] = line.substr(equals + 1, end - equals - 1);
  }
  const std::string* type = answer.header("Content-Type");
  if (type && type->starts_with("text/html")) {
    BOOST_TEST(faults_of(answer) == "", request.target.path << ": " << faults_of(answer));
    dump_page(answer.body);
  }
  return answer;
}

Response Visitor::get(const std::string& address) { return send(request(Method::kGet, address)); }

Response Visitor::post(const std::string& address, const Fields& fields) {
  Request r = request(Method::kPost, address);
  r.headers.content_type = "application/x-www-form-urlencoded";
  r.headers.sec_fetch_site = "same-origin";
  r.headers.origin = "null";
  r.body = encode_query(Pairs(fields.begin(), fields.end()));
  return send(std::move(r));
}

Response Visitor::open(const std::string& address) {
  Response answer = get(address);
  for (int hops = 0; answer.status == 303 && hops < 5; ++hops)
    answer = get(*answer.header("Location"));
  return answer;
}

Form Visitor::form(const Response& page, const std::string& action) const {
  for (const Form& form : forms_of(page.body))
    if (form.action.find(action) != std::string::npos) return form;
  throw std::runtime_error("no form for " + action + " on: " + text_of(page.body));
}

Response Visitor::submit(const Form& form, const Fields& more) {
  Fields fields = form.fields;
  for (const auto& [name, value] : more) fields[name] = value;
  return post(form.action, fields);
}

Response Visitor::sign_in(const std::string& login, const std::string& password) {
  const Form form = this->form(get("/connexion"), "/connexion");
  return submit(form, {{"login", login}, {"password", password}});
}

std::string Visitor::ask(const std::string& role, const std::string& siret) {
  const Response page = get("/portail/demander?application=soffi&siret=" + siret);
  const Response answer = submit(form(page, "/portail/demander"),
                                 {{"role", role}, {"justification", "Pour suivre nos dossiers."}});
  if (answer.status != 303) throw std::runtime_error("not asked: " + text_of(answer.body));
  return answer.header("Location")->substr(std::string("/portail/demandes/").size(), 36);
}

}  // namespace habilitd::tests
