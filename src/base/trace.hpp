// W3C Trace Context: `traceparent: 00-<32 hex: trace>-<16 hex: span>-<2 hex: flags>`. Plain functions, any thread.
#pragma once
#include <string>
#include <string_view>

namespace tricircle::base {

bool is_traceparent(std::string_view text);  // of version 00, with a trace and a span

// For a call that we make on its behalf: the same trace and flags, another span.
std::string span_below(const std::string& traceparent);

}  // namespace tricircle::base
