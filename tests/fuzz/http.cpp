// The bytes of a connection, through the real session: whatever comes, what goes back is HTTP, one answer a request, no
// 500, and handlers see text within the limits. The input's first byte says in how large pieces the rest arrives.
#include "base/error.hpp"
#include "base/runtime.hpp"
#include "http/session.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <sys/socket.h>
#include <vector>

#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <spdlog/spdlog.h>

namespace {

namespace asio = boost::asio;
namespace wire = boost::beast::http;
using namespace tricircle;

constexpr std::size_t kBodyLimit = 512;  // small, so that inputs reach them
constexpr std::size_t kHeaderLimit = 1024;

struct Answered {
  std::string method;
  int status;
};

[[noreturn]] void broken(const char* promise) {
  std::fprintf(stderr, "BROKEN: %s\n", promise);
  std::abort();
}

http::Reply echo(const http::Request& request) {
  if (request.body.size() > kBodyLimit) broken("a body is within its limit");
  if (request.path.find('\0') != std::string::npos) broken("a path is text");
  for (const auto& [name, value] : request.headers) {
    if (std::any_of(name.begin(), name.end(), [](char c) { return c >= 'A' && c <= 'Z'; }))
      broken("headers' names are in lower case");
  }
  if (request.path == "/none") return http::Response{204, {}, {}};
  return http::Response{200, {{"x-query", std::to_string(request.query.size())}}, request.method + request.path};
}

http::Response rendered(const http::Request&, const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const base::Error& known) {
    return {known.kind() == base::ErrorKind::too_large ? 413 : 400, {}, known.what()};
  } catch (...) {
    return {500, {}, "no error of ours"};
  }
}

// What came back must be exactly the answers that the session says it has given.
void check_answers(std::string_view bytes, const std::vector<Answered>& answered) {
  for (const Answered& given : answered) {
    if (given.status == 500) broken("never a 500");
    for (bool interim = true; interim;) {
      wire::response_parser<wire::string_body> parser;
      parser.eager(true);
      parser.skip(given.method == "HEAD");
      boost::system::error_code error;
      const std::size_t used = parser.put(asio::buffer(bytes.data(), bytes.size()), error);
      if (error || !parser.is_done()) broken("an answer is HTTP");
      bytes.remove_prefix(used);
      interim = parser.get().result() == wire::status::continue_;
      if (!interim && parser.get().result_int() != static_cast<unsigned>(given.status))
        broken("answers keep their order");
    }
  }
  constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
  if (!bytes.empty() && bytes != kContinue) broken("nothing follows the last answer");
}

base::Awaitable<void> read_all(asio::ip::tcp::socket& socket, std::string& all) {
  std::vector<char> room(1 << 16);
  boost::system::error_code error;
  while (!error) {
    const std::size_t read =
        co_await socket.async_read_some(asio::buffer(room), asio::redirect_error(asio::use_awaitable, error));
    all.append(room.data(), read);
  }
}

base::Awaitable<void> write_in_pieces(asio::ip::tcp::socket& socket, std::string_view bytes, std::size_t piece) {
  boost::system::error_code error;
  while (!bytes.empty() && !error) {
    const std::string_view part = bytes.substr(0, piece);
    const std::size_t written = co_await socket.async_write_some(asio::buffer(part.data(), part.size()),
                                                                 asio::redirect_error(asio::use_awaitable, error));
    bytes.remove_prefix(written);
  }
  socket.shutdown(asio::ip::tcp::socket::shutdown_send, error);
}

asio::ip::tcp::socket socket_of(asio::io_context& io, int fd) {
  asio::ip::tcp::socket socket(io);
  socket.assign(asio::ip::tcp::v4(), fd);
  return socket;
}

// Everything on this thread but the handlers: one thread of the pool.
void talk(std::string_view bytes, std::size_t piece) {
  static base::Runtime runtime{1};
  std::vector<Answered> answered;
  http::ServerOptions options;
  options.body_limit = kBodyLimit;
  options.header_limit = kHeaderLimit;
  options.on_error = rendered;
  options.on_answered = [&](const http::Request& request, const http::Response& response, std::int64_t) {
    answered.push_back({request.method, response.status});
  };
  int fds[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM, 0, fds) != 0) broken("a pair of sockets can be had");
  asio::io_context& io = runtime.io();
  asio::ip::tcp::socket client = socket_of(io, fds[1]);
  std::string all;
  auto shop = std::make_shared<http::Shop>(runtime, std::move(options), echo);
  int under_way = 3;
  const auto ended = [&under_way](const std::exception_ptr& failure) {
    --under_way;
    if (failure) std::rethrow_exception(failure);
  };
  asio::co_spawn(io, http::serve_connection(shop, socket_of(io, fds[0])), ended);
  asio::co_spawn(io, read_all(client, all), ended);
  asio::co_spawn(io, write_in_pieces(client, bytes, piece), ended);
  while (under_way > 0) io.run_one();
  check_answers(all, answered);
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  spdlog::set_level(spdlog::level::off);
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size < 2) return 0;
  const std::size_t piece = bytes[0] < 64 ? bytes[0] + 1U : size;
  talk({reinterpret_cast<const char*>(bytes) + 1, size - 1}, piece);
  return 0;
}
