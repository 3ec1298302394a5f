// Ids and marks of ours. Any thread.
#pragma once
#include <string>
#include <string_view>

namespace tricircle::base {

std::string new_uuid();               // a random (version 4) UUID, lower case
bool is_uuid(std::string_view text);  // 8-4-4-4-12 hexadecimal digits
std::string random_hex(std::size_t digits);

}  // namespace tricircle::base
