#include "access/parse_check.hpp"

#include "access/parse.hpp"

#include <algorithm>
#include <cctype>

namespace tricircle::access {
namespace {

// What a caller of Neutron has. Those that ours lacks match nothing, as there when the token says nothing of them.
constexpr std::string_view kCallersOwn[] = {
    "user_id",
    "user",
    "user_name",
    "user_domain",
    "user_domain_id",
    "project_id",
    "project_name",
    "project_domain",
    "project_domain_id",
    "tenant_id",
    "tenant",
    "tenant_name",
    "roles",
    "is_admin_project",
    "system_scope",
    "domain",
    "domain_id",
    "domain_name",
    "service_user_id",
    "service_user_domain_id",
    "service_project_id",
    "service_project_domain_id",
    "service_roles",
};

Template parse_template(std::string_view text, const std::string& where) {
  Template made;
  made.pieces.emplace_back();
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] != '%') {
      made.pieces.back().words.push_back(text[at++]);
      continue;
    }
    const std::string_view rest = text.substr(at + 1);
    const std::size_t end = rest.find(")s");
    if (rest.starts_with('%')) {
      made.pieces.back().words.push_back('%');
      at += 2;
    } else if (rest.starts_with('(') && end != std::string_view::npos && end > 1) {
      made.pieces.back().key = rest.substr(1, end - 1);
      made.pieces.emplace_back();
      at += end + 3;
    } else {
      refuse(where, "in " + shown(text) + " a % is neither %(name)s nor %%");
    }
  }
  return made;
}

// What Python would call a literal, as its str() shows it.
bool parse_literal(std::string_view kind, std::string& literal) {
  const bool quoted =
      kind.size() >= 2 && (kind.front() == '\'' || kind.front() == '"') && kind.back() == kind.front() &&
      kind.substr(1, kind.size() - 2).find_first_of(std::string{'\\', kind.front()}) == std::string_view::npos;
  if (quoted) {
    literal = kind.substr(1, kind.size() - 2);
    return true;
  }
  literal = kind;
  if (kind == "True" || kind == "False" || kind == "None" || kind == "0") return true;
  if (kind.starts_with('-')) kind.remove_prefix(1);
  return !kind.empty() && kind.front() != '0' &&
         std::all_of(kind.begin(), kind.end(), [](char c) { return c >= '0' && c <= '9'; });
}

Check parse_field(std::string_view match, const std::string& where) {
  const std::size_t colon = match.find(':');
  const std::size_t equals = colon == std::string_view::npos ? colon : match.find('=', colon);
  if (equals == std::string_view::npos || colon == 0 || equals == colon + 1)
    refuse(where, "a field check reads field:RESOURCE:ATTRIBUTE=VALUE, not " + shown(match));
  const std::string_view value = match.substr(equals + 1);
  Check check{.kind = Check::Kind::field,
              .name = std::string(match.substr(colon + 1, equals - colon - 1)),
              .of_network = match.starts_with("networks:") || match.starts_with("subnets:")};
  if (!value.starts_with('~')) {
    check.match.pieces.push_back({std::string(value), {}});
    return check;
  }
  const auto pattern = Pattern::parsed(value.substr(1));
  if (!pattern)
    refuse(where, "the pattern " + shown(value.substr(1)) +
                      " needs more than plain characters, '.', '.*', '^' first and '$' last");
  check.kind = Check::Kind::pattern;
  check.pattern = *pattern;
  return check;
}

}  // namespace

Check parse_check(std::string_view text, const std::string& where) {
  if (text == "@") return {.kind = Check::Kind::always};
  if (text == "!") return {.kind = Check::Kind::never};
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) refuse(where, shown(text) + " is no check, which reads KIND:MATCH");
  const std::string_view kind = text.substr(0, colon);
  const std::string_view match = text.substr(colon + 1);
  if (kind == "rule") {
    if (match.empty()) refuse(where, "rule: names no rule");
    return {.kind = Check::Kind::rule, .name = std::string(match)};
  }
  if (kind == "field") return parse_field(match, where);
  if (kind == "http" || kind == "https") refuse(where, "checks by http are not supported");
  Check check{.name = std::string(kind), .match = parse_template(match, where)};
  if (kind == "role") {
    check.kind = Check::Kind::role;
  } else if (kind == "is_admin") {
    check.kind = Check::Kind::is_admin;
  } else if (parse_literal(kind, check.name)) {
    check.kind = Check::Kind::literal;
  } else if (std::find(std::begin(kCallersOwn), std::end(kCallersOwn), kind) != std::end(kCallersOwn)) {
    check.kind = Check::Kind::caller;
  } else {
    refuse(where, "a caller has no " + shown(kind));
  }
  return check;
}

}  // namespace tricircle::access
