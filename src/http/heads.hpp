// Requests and answers between Beast's values, the wire and ours. Plain functions of a session.
#pragma once
#include "http/message.hpp"

#include <string>

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

namespace tricircle::http {

// Everything but path, query and body: these may be malformed, and an error's answer needs the rest.
Request request_of(const boost::beast::http::request<boost::beast::http::string_body>&, const std::string& peer);

void read_target(Request&, std::string_view target);  // path and query; throws base::Error (bad_request)

// The status line and the headers, down to the empty line.
std::string head_of(int status, const Headers&, const std::string& request_id);

}  // namespace tricircle::http
