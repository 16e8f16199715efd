#include "scim/users.h"

#include <functional>

#include "base/text.h"
#include "scim/announce.h"
#include "scim/errors.h"
#include "scim/me.h"
#include "scim/normalise.h"
#include "scim/patch.h"
#include "scim/projection.h"
#include "scim/render.h"
#include "scim/user_reader.h"
#include "scim/user_write.h"
#include "scim/version.h"
#include "workflow/accounts.h"
#include "workflow/deed.h"

namespace habilitd::scim {
namespace {

// Makes the new tree out of the one that is there.
using Change = std::function<Status(Json& tree)>;

const Secret* password_of(const UserWrite& write) {
  return write.password ? &*write.password : nullptr;
}

struct Saved {
  EntryUuid person;
  std::vector<std::string> changed;  // empty: nothing was written
  std::optional<bool> active;        // what it changed to
  workflow::Receivers seen_by;       // before
};

std::optional<bool> switched(const Json& before, const Json& after) {
  const auto is_active = [](const Json& tree) { return tree.value("active", true); };
  if (is_active(before) == is_active(after)) return std::nullopt;
  return is_active(after);
}

// One attempt: read, change, write under the condition that nobody wrote in between.
Result<Saved> try_to_save(Call& call, std::string_view id, const Change& change) {
  UserReader reader(call.audience);
  UserWrite write;
  Saved saved;
  ldap::WriteOptions options;
  {
    const auto view = call.services.directory.view();
    if (!view) return view.error();
    auto record = find_resource(call, *view, user_type(), id);
    if (!record) return record.error();
    saved.person = (*record)->id();
    reader.look_at(*std::move(record), &*view);
    reader.keep_links(writable_projection(user_type()));
    auto condition =
        write_condition(call.request.headers.if_match, *reader.record(), call.layout());
    if (!condition) return condition.error();
    auto before = tree_of(reader);
    if (!before) return before.error();
    Json after = *before;
    if (auto ok = change(after); !ok) return ok.error();
    if (auto ok = check_required(user_type(), after); !ok) return ok.error();
    if (after == *before) return saved;
    if (call.own) {
      if (auto ok = check_own_change(*before, after); !ok) return ok.error();
    }
    saved.changed = changed_attributes(*before, after);
    saved.active = switched(*before, after);
    auto made = write_user(std::move(after), &reader, call.audience, call.layout(), *view);
    if (!made) return made.error();
    if (auto ok = may_write(call, *reader.record(), *view, *made); !ok) return ok.error();
    write = *std::move(made);
    options = unchanged_since(*reader.record(), call.layout());
  }
  if (write.changes.empty() && !write.password) return Saved{saved.person, {}, {}, {}};
  saved.seen_by = workflow::receivers_of(call.services, saved.person);
  auto written = workflow::change_account(call.services, call.client.actor(), saved.person,
                                          write.changes, password_of(write), options);
  if (!written) return written.error();
  if (write.password) wait_for_mirror(call, *written);
  return saved;
}

Result<EntryUuid> save(Call& call, std::string_view id, const char* verb, const Change& change) {
  const bool conditional =
      !trim(call.request.headers.if_match).empty() && trim(call.request.headers.if_match) != "*";
  Retry retry(call);
  for (;;) {
    retry.start();
    auto saved = try_to_save(call, id, change);
    if (!saved && !conditional && retry.again(saved.error())) continue;
    if (!saved) return saved.error();
    if (!saved->changed.empty()) {
      announce(call, user_type(),
               {verb, saved->person, saved->changed, saved->active, saved->seen_by});
    }
    return saved->person;
  }
}

}  // namespace

Result<Json> tree_of(const ResourceReader& reader) {
  std::string text;
  render(text, reader.type(), reader, writable_projection(reader.type()));
  Json tree = Json::parse(text, nullptr, false);
  if (tree.is_discarded()) return Error{Errc::kInternal, "unreadable-resource", {}};
  return tree;
}

Result<Response> create_user(Call& call) {
  auto body = read_body(call);
  if (!body) return body.error();
  auto tree = normalise(user_type(), *body, call.tolerance);
  if (!tree) return tree.error();
  if (!find_value(user_type(), *tree, *user_attributes().active)) (*tree)["active"] = true;
  auto attributes = changed_attributes(Json::object(), *tree);
  UserWrite write;
  {
    const auto view = call.services.directory.view();
    if (!view) return view.error();
    auto made = write_user(*std::move(tree), nullptr, call.audience, call.layout(), *view);
    if (!made) return made.error();
    write = *std::move(made);
  }
  write.attributes.push_back(ldap::attribute(call.layout(), ldap::Attr::kHabSource,
                                             {workflow::source_name(call.client.actor())}));
  auto written = workflow::create_account(call.services, call.client.actor(), write.attributes,
                                          password_of(write));
  if (!written) return written.error();
  if (write.password) wait_for_mirror(call, *written);
  announce(call, user_type(), {"create", written->id, std::move(attributes)});
  return written_response(call, user_type(), written->id, 201);
}

Result<Response> replace_user(Call& call, std::string_view id) {
  auto body = read_body(call);
  if (!body) return body.error();
  auto wanted = normalise(user_type(), *body, call.tolerance);
  if (!wanted) return wanted.error();
  // Left out, `active` stays as it is: nobody loses access, or gets it back, by omission.
  auto saved = save(call, id, "put", [&](Json& tree) -> Status {
    Json next = *wanted;
    if (next.find("active") == next.end()) {
      if (const auto active = tree.find("active"); active != tree.end()) next["active"] = *active;
    }
    if (call.own) keep_what_is_not_own(tree, next);
    tree = std::move(next);
    return done();
  });
  if (!saved) return saved.error();
  return written_response(call, user_type(), *saved, 200);
}

Result<Response> patch_user(Call& call, std::string_view id) {
  auto body = read_body(call);
  if (!body) return body.error();
  auto edits = parse_patch(user_type(), *body, call.tolerance);
  if (!edits) return edits.error();
  auto saved = save(call, id, "patch", [&](Json& tree) -> Status {
    for (const Edit& edit : *edits) {
      if (auto ok = apply_edit(user_type(), tree, edit, call.tolerance); !ok) return ok;
    }
    return done();
  });
  if (!saved) return saved.error();
  return patched_response(call, user_type(), *saved, nullptr);
}

Result<Response> delete_user(Call& call, std::string_view id) {
  EntryUuid person;
  ldap::WriteOptions options;
  {
    const auto view = call.services.directory.view();
    if (!view) return view.error();
    const auto record = find_resource(call, *view, user_type(), id);
    if (!record) return record.error();
    auto condition = write_condition(call.request.headers.if_match, **record, call.layout());
    if (!condition) return condition.error();
    if (auto ok = call.audience.sight.governs(call.services, **record, *view); !ok) {
      return ok.error();
    }
    person = (*record)->id();
    options = *std::move(condition);
  }
  const auto receivers = workflow::receivers_of(call.services, person);
  auto deleted = workflow::delete_account(call.services, call.client.actor(), person, options);
  if (!deleted) return deleted.error();
  announce_deletion(call, user_type(), person, receivers);
  return deleted_response();
}

}  // namespace habilitd::scim
