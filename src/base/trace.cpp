#include "base/trace.hpp"

#include "base/ids.hpp"

#include <algorithm>

namespace tricircle::base {
namespace {

constexpr std::size_t kTraceAt = 3;
constexpr std::size_t kSpanAt = 36;
constexpr std::size_t kFlagsAt = 53;
constexpr std::size_t kLength = 55;

bool is_hex(std::string_view text) {
  return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool is_id(std::string_view text) {
  return is_hex(text) && text.find_first_not_of('0') != std::string_view::npos;
}

}  // namespace

bool is_traceparent(std::string_view text) {
  return text.size() == kLength && text.starts_with("00-") && text[kSpanAt - 1] == '-' && text[kFlagsAt - 1] == '-' &&
         is_id(text.substr(kTraceAt, 32)) && is_id(text.substr(kSpanAt, 16)) && is_hex(text.substr(kFlagsAt));
}

std::string span_below(const std::string& traceparent) {
  return traceparent.substr(0, kSpanAt) + random_hex(16) + traceparent.substr(kFlagsAt - 1);
}

}  // namespace tricircle::base
