// Parts of the shapes of lists (Attribute::shape), with Neutron's words for their faults. Pure, any thread, no throw.
#pragma once
#include <initializer_list>
#include <string>
#include <string_view>

#include <boost/json/value.hpp>

namespace tricircle::domain {

// "" = an object with exactly these keys.
std::string keys_fault(const boost::json::value&, std::initializer_list<std::string_view> keys);

// Two equal items, as "Duplicate items in the list: '...'"; "" = there are none.
std::string duplicates_fault(const boost::json::array&);

}  // namespace tricircle::domain
