#include "http/heads.hpp"

#include "base/ids.hpp"

#include <boost/beast/http/status.hpp>

namespace tricircle::http {
namespace {

namespace wire = boost::beast::http;

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

// What others have named cannot end a line, and so begin a header of its own.
void append_value(std::string& head, std::string_view value) {
  for (const char c : value) head += static_cast<unsigned char>(c) < 0x20 && c != '\t' ? ' ' : c;
}

}  // namespace

Request request_of(const wire::request<wire::string_body>& message, const std::string& peer) {
  Request request;
  request.method = std::string(message.method_string());
  request.peer = peer;
  request.id = "req-" + base::new_uuid();
  for (const auto& field : message) {
    const std::string_view name = field.name_string();
    const std::string_view value = field.value();
    request.headers[lower(name)] = std::string(value);
  }
  return request;
}

void read_target(Request& request, std::string_view target) {
  const std::size_t mark = target.find('?');
  request.path = percent_decode(target.substr(0, mark));
  if (mark != std::string_view::npos) request.query = parse_query(target.substr(mark + 1));
}

std::string head_of(int status, const Headers& headers, const std::string& request_id) {
  std::string head = "HTTP/1.1 " + std::to_string(status) + " ";
  head += std::string_view(wire::obsolete_reason(wire::int_to_status(static_cast<unsigned>(status))));
  head += "\r\n";
  for (const auto& [name, value] : headers) {
    head += name;
    head += ": ";
    append_value(head, value);
    head += "\r\n";
  }
  head += "X-Openstack-Request-Id: " + request_id + "\r\n\r\n";
  return head;
}

}  // namespace tricircle::http
