// How values of a request stand in error messages: as Neutron, whose messages clients know, writes them. Pure, any
// thread, no throw.
#pragma once
#include <string>
#include <string_view>

#include <boost/json/value.hpp>

namespace tricircle::domain {

// Texts as they are, the rest as Python writes it: None, True, ['a', {'b': 5}]. Never more than a kilobyte of it.
std::string shown(const boost::json::value&);

std::size_t characters(std::string_view);  // of UTF-8, not its bytes

}  // namespace tricircle::domain
