#include "scim/errors.h"

#include <algorithm>
#include <iterator>

#include "scim/json_text.h"
#include "scim/server.h"

namespace habilitd::scim {
namespace {

constexpr std::string_view kScimTypes[] = {
    "invalidFilter", "tooMany",      "uniqueness",   "mutability",  "invalidSyntax",
    "invalidPath",   "noTarget",     "invalidValue", "invalidVers", "sensitive",
    "invalidCursor", "invalidCount", "expiredCursor"};

bool is_scim_type(std::string_view reason) {
  return std::find(std::begin(kScimTypes), std::end(kScimTypes), reason) != std::end(kScimTypes);
}

struct Words {
  std::string_view reason, scim_type, detail;
};
// Reasons of other layers that a client can do something about.
constexpr Words kWords[] = {
    {"json-syntax", "invalidSyntax", "The body is not well-formed JSON."},
    {"json-encoding", "invalidSyntax", "The body is not UTF-8, or holds U+0000."},
    {"json-repeated-key", "invalidSyntax", "A member of an object stands twice."},
    {"json-number", "invalidSyntax", "A number cannot be kept exactly."},
    {"json-depth", "invalidSyntax", "The body is nested too deep."},
    {"json-size", "", "The body is too large."},
    {"json-values", "", "The body has too many values."},
    {"json-string", "", "A string is too long."},
    {"uniqueness", "uniqueness", "The value is taken."},
    {"not-unique", "uniqueness", "The value is taken."},
    {"entry-exists", "uniqueness", "The value is taken."},
    {"value-exists", "uniqueness", "The value stands twice."},
    {"password-too-short", "invalidValue", "The password is too short."},
    {"password-in-history", "invalidValue", "The password was used before."},
    {"password-quality", "invalidValue", "The password is too simple."},
    {"directory-schema", "invalidValue", "The directory cannot hold this value."},
    {"constraint", "invalidValue", "The directory does not accept this value."},
    {"name-in-directory", "mutability", "The value is part of the entry's name in the directory."},
    {"unknown-member", "invalidValue", "A member is not the id of a User or Group."},
    {"unknown-person", "", "There is no such resource."},
    {"assertion-failed", "", "The resource has changed since that version."},
    {"habilitation-group", "",
     "The group confers a habilitation and is changed member by member only."},
    {"mail-domain", "", "An address or userName is in a mail domain that is not this client's."},
    {"structure-not-own", "", "The SIRET is not one of this client's structures."},
    {"leaves-client", "", "With this change the person would no longer be this client's."},
    {"account-shared", "",
     "The person is not this client's alone: it may not change her password, userName, addresses "
     "or active, nor delete her."},
    {"switched-off-by-other", "", "Somebody else switched the person off, and not this client."},
    {"administrators-group", "", "The group is beyond this client's grants."},
    {"approvers-group", "", "Members of the group decide about requests: it is beyond any client."},
    {"reserved-name", "",
     "The name is kept for a structure, an application or a group that confers a habilitation."},
    {"not-for-oneself", "", "People do not change that about themselves."},
    {"unknown-parent", "invalidValue", "The parent is not the id of a Structure."},
    {"parent-cycle", "invalidValue", "A structure cannot stand below itself."},
    {"habilitations-exist", "", "Somebody holds a habilitation there: revoke it first."},
    {"already-decided", "", "The request was decided before, or is over."},
    {"already-voted", "", "This client has voted in this stage."},
    {"request-open", "uniqueness", "There is an open request for the same role."},
    {"already-held", "uniqueness", "The person holds the role already."},
    {"justification-short", "invalidValue", "The justification is too short."},
    {"justification-long", "invalidValue", "The justification is too long."},
    {"reason-missing", "invalidValue", "A refusal needs a reason."},
    {"reason-long", "invalidValue", "The reason is too long."},
    {"text-invalid", "invalidValue", "A text holds characters that cannot be shown."},
    {"until-past", "invalidValue", "The end lies in the past."},
    {"until-too-late", "invalidValue", "The end is later than the role allows."},
};

const Words* words_for(std::string_view reason) {
  const auto* found = std::find_if(std::begin(kWords), std::end(kWords),
                                   [&](const Words& words) { return words.reason == reason; });
  return found == std::end(kWords) ? nullptr : found;
}

int status_of(Errc code) {
  switch (code) {
    case Errc::kInvalid:
      return 400;
    case Errc::kUnauthenticated:
      return 401;
    case Errc::kForbidden:
      return 403;
    case Errc::kNotFound:
      return 404;
    case Errc::kConflict:
      return 409;
    case Errc::kStale:
      return 412;
    case Errc::kTooLarge:
      return 413;
    case Errc::kTooMany:
      return 429;
    case Errc::kUnavailable:
    case Errc::kUnknownOutcome:
      return 503;
    case Errc::kInternal:
      return 500;
  }
  return 500;
}

std::string_view plain_detail(Errc code) {
  switch (code) {
    case Errc::kInvalid:
      return "The request is not valid.";
    case Errc::kUnauthenticated:
      return "A valid bearer token is needed.";
    case Errc::kForbidden:
      return "This client may not do that.";
    case Errc::kNotFound:
      return "There is no such resource.";
    case Errc::kConflict:
      return "The change conflicts with the state of the resource.";
    case Errc::kStale:
      return "The resource has changed since that version.";
    case Errc::kTooLarge:
      return "The request is too large.";
    case Errc::kTooMany:
      return "Too many requests.";
    case Errc::kUnavailable:
      return "Not done; try again later.";
    case Errc::kUnknownOutcome:
      return "It is not known whether this was done; read it again.";
    case Errc::kInternal:
      return "Something went wrong on our side.";
  }
  return {};
}

// A refusal by policy, or by the scope of a token, names its reason.
std::string refusal(std::string_view reason) {
  std::string text(plain_detail(Errc::kForbidden));
  return reason.empty() ? text : text + " Reason: " + std::string(reason) + ".";
}

}  // namespace

Error unknown_resource() { return {Errc::kNotFound, "unknown-resource", {}}; }

Response error_answer(int status, std::string_view scim_type, std::string_view detail) {
  Response response;
  response.status = status;
  response.set("Content-Type", "application/scim+json; charset=utf-8");
  std::string& body = response.body;
  body = R"({"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":")";
  body += std::to_string(status) + '"';
  if (!scim_type.empty()) {
    body += ",\"scimType\":";
    append_json_string(body, scim_type);
  }
  body += ",\"detail\":";
  append_json_string(body, detail);
  body += '}';
  return response;
}

Response error_response(const Error& original) {
  Error error = original;
  // RFC 4511: namingViolation, notAllowedOnRDN. An entry of an older directory, named by this
  // value.
  if (error.directory_code == 64 || error.directory_code == 67) {
    error = {Errc::kInvalid, "name-in-directory", {}, error.directory_code};
  }
  const bool own = error.code == Errc::kInvalid || error.code == Errc::kConflict;
  Response response;
  if (own && error.directory_code == 0 && is_scim_type(error.reason)) {
    const std::string_view detail = error.detail.empty() ? plain_detail(error.code) : error.detail;
    response = error_answer(status_of(error.code), error.reason, detail);
  } else if (const Words* words = words_for(error.reason)) {
    // Too deep is malformed for SCIM's purposes, not too large.
    const int status = words->scim_type == "invalidSyntax" ? 400 : status_of(error.code);
    response = error_answer(status, words->scim_type, words->detail);
  } else if (error.code == Errc::kForbidden) {
    response = error_answer(403, {}, refusal(error.reason));
  } else if (error.code == Errc::kInvalid && error.reason.starts_with("password")) {
    response = error_answer(400, "invalidValue", "The directory's password policy refuses it.");
  } else {
    const std::string_view type = error.code == Errc::kInvalid    ? "invalidValue"
                                  : error.code == Errc::kConflict ? "uniqueness"
                                                                  : std::string_view();
    response = error_answer(status_of(error.code), type, plain_detail(error.code));
  }
  if (response.status == 503) response.set("Retry-After", "2");
  // workflow/client_limiter.h: the detail is the number of seconds.
  if (error.reason == "rate-limited") response.set("Retry-After", error.detail);
  if (response.status == 401) response.set("WWW-Authenticate", "Bearer realm=\"habilitd\"");
  return response;
}

}  // namespace habilitd::scim
