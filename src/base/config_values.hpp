// How values of the configuration file are read. `where` is "file:line" and begins the words of what is thrown:
// base::Error for all that is wrong.
#pragma once
#include "base/clock.hpp"

#include <string>
#include <string_view>

namespace tricircle::base::reading {

[[noreturn]] void fail(const std::string& where, const std::string& what);

std::string_view trimmed(std::string_view);  // of blanks at both ends
std::int64_t any_number(std::string_view, const std::string& where);
std::int64_t number(std::string_view, const std::string& where);  // not below 0
Micros seconds(std::string_view, const std::string& where);       // not below 0, fractions allowed
bool boolean(std::string_view, const std::string& where);

std::string seconds_text(Micros);  // as seconds() reads it

}  // namespace tricircle::base::reading
