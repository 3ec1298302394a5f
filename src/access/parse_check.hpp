// A single check of the policy language, `kind:match`, `@` or `!`. Throws base::Error as parse.hpp does. Any thread.
#pragma once
#include "access/check.hpp"

#include <string>
#include <string_view>

namespace tricircle::access {

Check parse_check(std::string_view text, const std::string& where);

}  // namespace tricircle::access
