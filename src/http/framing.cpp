#include "http/framing.hpp"

#include <algorithm>

#include <boost/beast/core/string.hpp>

namespace tricircle::http {
namespace {

namespace beast = boost::beast;
using beast::http::field;

constexpr std::size_t kLongestSize = 16;       // hexadecimal digits of a chunk's size
constexpr std::size_t kLongestTrailer = 4096;  // nobody here reads what it says

std::size_t count_of(const beast::http::fields& fields, field name) {
  const auto range = fields.equal_range(name);
  return static_cast<std::size_t>(std::distance(range.first, range.second));
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_hex_digit(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool has_whole_line_ends(std::string_view text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\n') return false;
    if (text[at] != '\r') continue;
    ++at;
    if (at < text.size() && text[at] != '\n') return false;
  }
  return true;
}

}  // namespace

bool HeadLines::take(std::string_view bytes) {
  while (!over_ && !bytes.empty()) {
    const std::size_t end = std::min(bytes.find('\n'), bytes.size());
    if (!take_part(bytes.substr(0, end))) return false;
    if (end == bytes.size()) return true;
    bytes.remove_prefix(end + 1);
    if (!std::exchange(after_cr_, false)) return false;
    over_ = empty_ && !first_;
    first_ = false;
    empty_ = true;
  }
  return true;
}

// Of a line, without its end.
bool HeadLines::take_part(std::string_view part) {
  if (part.empty()) return true;
  after_cr_ = part.back() == '\r';
  if (!empty_) return true;
  const std::size_t begin = part.find_first_not_of('\r');
  if (begin == std::string_view::npos) return true;
  empty_ = false;
  return first_ || (part[begin] != ' ' && part[begin] != '\t');
}

bool is_framed_once(const beast::http::request<beast::http::string_body>& request) {
  const std::size_t hosts = count_of(request, field::host);
  if (hosts > 1 || (hosts == 0 && request.version() > 10)) return false;
  const std::size_t lengths = count_of(request, field::content_length);
  if (lengths > 1) return false;
  // (Beast also takes a list of equal numbers.)
  if (lengths == 1 && !std::ranges::all_of(request[field::content_length], is_digit)) return false;
  const std::size_t codings = count_of(request, field::transfer_encoding);
  if (codings == 0) return true;
  return codings == 1 && lengths == 0 && request.version() > 10 &&
         beast::iequals(request[field::transfer_encoding], "chunked");
}

bool may_begin_chunk(std::string_view rest) {
  if (rest.starts_with("\r\n")) rest.remove_prefix(2);  // of the chunk before
  const auto digits = static_cast<std::size_t>(std::ranges::find_if_not(rest, is_hex_digit) - rest.begin());
  if (digits > kLongestSize) return false;
  rest.remove_prefix(digits);
  if (!rest.empty() && rest.front() != '\r') return false;
  return rest.size() <= kLongestTrailer && has_whole_line_ends(rest);
}

}  // namespace tricircle::http
