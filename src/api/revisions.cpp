#include "api/revisions.hpp"

#include "api/columns.hpp"
#include "domain/errors.hpp"

#include <charconv>

namespace tricircle::api {
namespace {

constexpr std::string_view kPrefix = "revision_number=";

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kAround = " \t\"";
  const std::size_t first = text.find_first_not_of(kAround);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kAround) - first + 1);
}

}  // namespace

std::optional<std::int64_t> asked_revision(const http::Request& request) {
  const std::string header = request.header("if-match");
  const std::string_view text = trimmed(header);
  if (!text.starts_with(kPrefix)) return std::nullopt;
  const std::string_view digits = text.substr(kPrefix.size());
  std::int64_t wanted = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), wanted);
  if (error != std::errc{} || end != digits.data() + digits.size())
    throw base::Error(base::ErrorKind::bad_request, "BadRequest",
                      "Bad if-match request: Revision number etag must be in the format of revision_number=<int>.");
  return wanted;
}

void check_revision(std::optional<std::int64_t> asked, const domain::Record& before) {
  const std::int64_t current = number_in(before, "revision_number");
  if (asked && *asked != current) throw domain::revision_mismatch(std::to_string(*asked), current);
}

}  // namespace tricircle::api
