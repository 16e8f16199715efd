#include "scim/dialect.h"

#include <string>

namespace habilitd::scim {
namespace {

constexpr unsigned bit(Dialect dialect) { return 1U << static_cast<unsigned>(dialect); }
constexpr unsigned kEntraOnly = bit(Dialect::kEntra);
constexpr unsigned kProviders = bit(Dialect::kEntra) | bit(Dialect::kOkta);
constexpr unsigned kAllButStrict = kProviders | bit(Dialect::kRfc);

struct QuirkInfo {
  Quirk quirk;
  std::string_view name;
  unsigned dialects;
};

constexpr std::array<QuirkInfo, kQuirkCount> kTable{{
    {Quirk::kOpCase, "op-case", kAllButStrict},
    {Quirk::kStringBoolean, "string-boolean", kProviders},
    {Quirk::kBareManager, "bare-manager", kEntraOnly},
    {Quirk::kReplaceCreates, "replace-creates", kEntraOnly},
    {Quirk::kAddCreates, "add-creates", kAllButStrict},
    {Quirk::kDottedKeys, "dotted-keys", kEntraOnly},
    {Quirk::kPathless, "pathless", kAllButStrict},
    {Quirk::kPathlessReadOnly, "pathless-read-only", kProviders},
    {Quirk::kRemoveByValue, "remove-by-value", kAllButStrict},
    {Quirk::kExtraMembers, "extra-members", kAllButStrict},
    {Quirk::kUnknownAttribute, "unknown-attribute", kEntraOnly},
    {Quirk::kForeignSchema, "foreign-schema", kEntraOnly},
    {Quirk::kSchemasMissing, "schemas-missing", kEntraOnly},
}};

constexpr bool in_order() {
  for (std::size_t i = 0; i < kQuirkCount; ++i) {
    if (kTable[i].quirk != static_cast<Quirk>(i)) return false;
  }
  return true;
}
static_assert(in_order(), "the table has one row for each Quirk, in its order");

}  // namespace

Dialect parse_dialect(std::string_view word) {
  if (word == "entra") return Dialect::kEntra;
  if (word == "okta") return Dialect::kOkta;
  if (word == "strict") return Dialect::kStrict;
  return Dialect::kRfc;
}

std::string_view dialect_name(Dialect dialect) {
  constexpr std::string_view kNames[] = {"rfc", "entra", "okta", "strict"};
  return kNames[static_cast<std::size_t>(dialect)];
}

std::string_view quirk_name(Quirk quirk) { return kTable[static_cast<std::size_t>(quirk)].name; }

bool allows(Dialect dialect, Quirk quirk) {
  return (kTable[static_cast<std::size_t>(quirk)].dialects & bit(dialect)) != 0;
}

bool Tolerance::accept(Quirk quirk) {
  if (!allows(dialect_, quirk)) return false;
  used_[static_cast<std::size_t>(quirk)] = true;
  return true;
}

void Tolerance::report(Metrics& metrics, Log& log, std::string_view client_id) const {
  for (const QuirkInfo& info : kTable) {
    if (!used(info.quirk)) continue;
    metrics.count("habilitd_scim_quirks_total", "dialect=\"" + std::string(dialect_name(dialect_)) +
                                                    "\",quirk=\"" + std::string(info.name) + "\"");
    log.info("scim.quirk", {{"client", std::string(client_id)},
                            {"dialect", std::string(dialect_name(dialect_))},
                            {"quirk", std::string(info.name)}});
  }
}

}  // namespace habilitd::scim
