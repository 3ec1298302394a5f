// HTTP requests and responses as plain values: what handlers and callers see. No Beast, no Asio, no Neutron in here.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace tricircle::http {

// Names are kept in lower case.
using Headers = std::map<std::string, std::string, std::less<>>;
using Query = std::vector<std::pair<std::string, std::string>>;  // decoded, in order, repeats kept

struct Request {
  std::string method;  // "GET", ...
  std::string path;    // percent-decoded, without the query
  Query query;
  Headers headers;
  std::string body;
  std::string peer;  // address of the client
  std::string id;    // "req-<uuid>"; the response carries it as X-Openstack-Request-Id

  std::string header(std::string_view lower_case_name) const;  // "" when absent
};

struct Response {
  int status = 200;
  Headers headers;  // Content-Length, Date and the request id are the server's
  std::string body;
};

// A handler that must ask another server first hands back what to start and how to go on. The session calls
// start(done), waits without holding any thread until done() was called (once, from any thread), then runs `then` on
// the pool. `then` may be pending again.
struct Pending;

// An answer without an end (server-sent events): the session sends the headers, then asks for piece after piece, each
// when the one before has left. `give` is to be called once, from any thread; without a piece the answer is over, and
// so is the connection. `next` is asked on the io thread and may not wait; a client that has gone is noticed with the
// next piece only, so that there must be one now and then.
struct Stream {
  using Give = std::function<void(std::optional<std::string> piece)>;
  Headers headers;
  std::function<void(Give)> next;
};

using Reply = std::variant<Response, Pending, Stream>;
struct Pending {
  std::function<void(std::function<void()> done)> start;
  std::function<Reply()> then;
};

// Plain function, run on the pool; may throw base::Error, which `on_error` of the server renders.
using Handler = std::function<Reply(const Request&)>;

// "a=1&b=%20"; throws base::Error (bad_request) on bad escapes and on what is no UTF-8 text once decoded.
Query parse_query(std::string_view text);
std::string percent_decode(std::string_view text);  // likewise
std::string percent_encode(std::string_view text);  // everything but unreserved characters

}  // namespace tricircle::http
