// A log message as it may be written: nothing that came from others, be it a name or a pod's words, breaks the line,
// moves the cursor of a terminal or turns the direction of the text. Plain functions.
#pragma once
#include <string>
#include <string_view>

namespace tricircle::base {

// Control characters, and those that steer the direction of text, as \xNN or \u{NNNN}; what is no UTF-8 likewise.
std::string harmless(std::string_view text);

// `event key=value key="more words"` as members of a JSON object, from "event" on, without the braces.
std::string json_members(std::string_view message);

}  // namespace tricircle::base
