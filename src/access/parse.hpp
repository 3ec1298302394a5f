// The rule language of oslo.policy 3 with Neutron's checks, as text and as the old lists of lists. Throws base::Error
// (unprocessable): "<where>: what is wrong", also where oslo.policy would only log and refuse everybody. Any thread.
#pragma once
#include "access/check.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace tricircle::access {

inline constexpr int kDeepest = 100;  // levels of a rule, its parentheses and the rules that it asks for counted

// One of these is enough; each of them needs all of its checks.
using RuleList = std::vector<std::vector<std::string>>;

Check parse_text(std::string_view text, const std::string& where);
Check parse_list(const RuleList& list, const std::string& where);
std::string text_of(const RuleList& list);  // the same rule as a text

std::string shown(std::string_view text);  // for messages: quoted, at most 80 characters, no control characters
[[noreturn]] void refuse(const std::string& where, const std::string& what);

}  // namespace tricircle::access
