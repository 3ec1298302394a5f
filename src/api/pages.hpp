// One page of a list: the SELECT that a ListQuery means, and the links to the pages beside it. Inside the caller's
// transaction, any thread; throws DbError.
#pragma once
#include "api/access.hpp"
#include "api/columns.hpp"
#include "api/filters.hpp"

#include <boost/json/array.hpp>

namespace tricircle::api {

// `among`: what the caller may see at all. An unknown marker is no marker, as in Neutron.
std::vector<domain::Record> select_page(storage::Connection&, const domain::Resource&, const Columns&, const ListQuery&,
                                        const Condition& among);

// Empty when the request has no limit.
boost::json::array page_links(const http::Request&, const ListQuery&, const std::vector<domain::Record>& page);

std::string own_url(const http::Request&);  // "http://host:port", as the client calls us

}  // namespace tricircle::api
