#include "http/session.hpp"

#include "base/error.hpp"
#include "base/ids.hpp"
#include "base/log.hpp"

#include <array>
#include <chrono>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/buffers_suffix.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/status.hpp>
#include <boost/beast/http/string_body.hpp>

namespace tricircle::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace wire = boost::beast::http;
using base::ErrorKind;
using Parser = wire::request_parser<wire::string_body>;
using boost::system::error_code;

constexpr std::size_t kFirstRead = 4096;
constexpr std::size_t kBodyRead = 65'536;
constexpr auto kUse = [](error_code& error) { return asio::redirect_error(asio::use_awaitable, error); };

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

// Everything but path and query, which may be malformed: an error's answer needs the rest.
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

// What others have named cannot end a line, and so begin a header of its own.
void append_value(std::string& head, std::string_view value) {
  for (const char c : value) head += static_cast<unsigned char>(c) < 0x20 && c != '\t' ? ' ' : c;
}

// The status line and the headers, down to the empty line.
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

Response error_response(const Shop& shop, const Request& request, const std::exception_ptr& error) noexcept {
  try {
    if (shop.options.on_error) return shop.options.on_error(request, error);
  } catch (const std::exception& again) {
    base::log::error("error_not_rendered request={} error=\"{}\"", request.id, again.what());
  } catch (...) {
  }
  return {500, {}, {}};
}

Response refusal(const Shop& shop, const Request& request, ErrorKind kind, const std::string& type,
                 const std::string& message) {
  return error_response(shop, request, std::make_exception_ptr(base::Error(kind, type, message)));
}

// What the parser could not take.
Response refusal_of(const Shop& shop, const Request& request, const error_code& error) {
  if (error == wire::error::body_limit) {
    return refusal(shop, request, ErrorKind::too_large, "RequestEntityTooLarge",
                   "The request body is larger than " + std::to_string(shop.options.body_limit) + " bytes.");
  }
  if (error == wire::error::header_limit || error == wire::error::buffer_overflow) {
    Response response = refusal(shop, request, ErrorKind::bad_request, "HTTPBadRequest", "The headers are too large.");
    response.status = 431;
    return response;
  }
  return refusal(shop, request, ErrorKind::bad_request, "HTTPBadRequest", "The request is no HTTP.");
}

base::Awaitable<void> await_start(std::function<void(std::function<void()>)> start, asio::any_io_executor executor) {
  auto initiate = [&start, executor](auto handler) {
    auto shared = std::make_shared<decltype(handler)>(std::move(handler));
    start([shared, executor] { asio::post(executor, [shared] { std::move (*shared)(); }); });
  };
  co_await asio::async_initiate<decltype(asio::use_awaitable), void()>(initiate, asio::use_awaitable);
}

class Session final : public IdleConnection {
 public:
  Session(std::shared_ptr<Shop> shop, asio::ip::tcp::socket socket)
      : shop_(std::move(shop)), stream_(std::move(socket)) {
    error_code ignored;
    stream_.socket().set_option(asio::ip::tcp::no_delay(true), ignored);
    stream_.socket().non_blocking(true, ignored);
    const auto peer = stream_.socket().remote_endpoint(ignored);
    if (!ignored) peer_ = peer.address().to_string();
  }

  bool is_fresh() const override { return fresh_; }
  void end() override { stream_.cancel(); }

  base::Awaitable<void> run() {
    while (co_await serve_one() && !shop_->closing) {
    }
    error_code ignored;
    stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
    co_await drain();
  }

 private:
  // False: the connection ends.
  base::Awaitable<bool> serve_one() {
    Parser parser;
    parser.body_limit(shop_->options.body_limit);
    parser.eager(true);
    parser.header_limit(static_cast<std::uint32_t>(shop_->options.header_limit));
    stream_.expires_after(std::chrono::seconds(shop_->options.idle_timeout));
    error_code error;
    if (buffer_.size() == 0) {
      // Until a first byte is there the connection may be silent longer than a request may take.
      shop_->idle.insert(this);
      const std::size_t read = co_await stream_.async_read_some(buffer_.prepare(kFirstRead), kUse(error));
      shop_->idle.erase(this);
      buffer_.commit(read);
      if (error) co_return false;
    }
    fresh_ = false;
    co_await read_request(parser, error);
    if (error == wire::error::end_of_stream || error == beast::error::timeout || is_lost(error)) co_return false;

    const auto begun = std::chrono::steady_clock::now();
    Request request = request_of(parser.get(), peer_);
    const bool keep = !error && parser.get().keep_alive() && !shop_->closing;
    Reply reply;
    if (error) {
      reply = refusal_of(*shop_, request, error);
    } else {
      const std::string target(parser.get().target());
      request.body = std::move(parser.get().body());
      reply = co_await answer(request, target);
    }
    const auto spent = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begun);
    if (auto* stream = std::get_if<Stream>(&reply)) {
      tell(request, {200, stream->headers, {}}, spent.count());
      co_await write_stream(request, std::move(*stream));
      co_return false;
    }
    Response response = std::get<Response>(std::move(reply));
    tell(request, response, spent.count());
    co_return co_await write(request, std::move(response), keep);
  }

  void tell(const Request& request, const Response& response, std::int64_t micros) {
    if (shop_->options.on_answered) shop_->options.on_answered(request, response, micros);
  }

  // What has come is parsed before more is waited for: a small request is whole after its first read.
  base::Awaitable<void> read_request(Parser& parser, error_code& error) {
    bool told_to_go_on = false;
    bool timed = false;
    for (;;) {
      if (buffer_.size() > 0) {
        buffer_.consume(parser.put(buffer_.data(), error));
        if (error == wire::error::need_more) error = {};
        if (error || parser.is_done()) co_return;
      }
      if (!timed) stream_.expires_after(std::chrono::seconds(shop_->options.request_timeout));
      timed = true;
      if (!told_to_go_on && parser.is_header_done() && wants_continue(parser)) {
        told_to_go_on = true;
        co_await send_continue(error);
        if (error) co_return;
      }
      const std::size_t most = parser.is_header_done() ? kBodyRead : kFirstRead;
      buffer_.commit(co_await stream_.async_read_some(buffer_.prepare(most), kUse(error)));
      if (error) co_return;
    }
  }

  static bool wants_continue(const Parser& parser) {
    return beast::iequals(parser.get()[wire::field::expect], "100-continue");
  }

  static bool is_lost(const error_code& error) {
    return error == asio::error::eof || error == asio::error::connection_reset || error == asio::error::broken_pipe ||
           error == asio::error::operation_aborted || error == wire::error::partial_message;
  }

  base::Awaitable<void> send_continue(error_code& error) {
    static constexpr std::string_view kGoOn = "HTTP/1.1 100 Continue\r\n\r\n";
    co_await asio::async_write(stream_, asio::buffer(kGoOn), kUse(error));
  }

  // Never pending.
  base::Awaitable<Reply> answer(Request& request, std::string target) {
    std::exception_ptr malformed;
    try {
      read_target(request, target);
    } catch (...) {
      malformed = std::current_exception();
    }
    if (malformed) co_return error_response(*shop_, request, malformed);
    if (shop_->options.at_hand) {
      std::optional<Response> response = shop_->options.at_hand(request);
      if (response) co_return std::move(*response);
    }
    stream_.expires_never();
    Reply reply = co_await shop_->runtime.blocking(
        [this, &request] { return guarded(request, [&] { return shop_->handler(request); }); });
    while (Pending* pending = std::get_if<Pending>(&reply)) {
      auto start = std::move(pending->start);
      auto then = std::move(pending->then);
      co_await await_start(std::move(start), shop_->runtime.executor());
      reply = co_await shop_->runtime.blocking([this, &request, &then] { return guarded(request, then); });
    }
    co_return reply;
  }

  template <typename F>
  Reply guarded(const Request& request, F work) {
    try {
      return work();
    } catch (...) {
      return error_response(*shop_, request, std::current_exception());
    }
  }

  base::Awaitable<bool> write(const Request& request, Response response, bool keep) {
    const bool bodiless = response.status == 204 || response.status == 304;
    if (!bodiless && !response.body.empty()) response.headers.try_emplace("content-type", "application/json");
    if (!bodiless) response.headers["content-length"] = std::to_string(response.body.size());
    if (!keep) response.headers["connection"] = "close";
    const std::string head = head_of(response.status, response.headers, request.id);
    if (bodiless || request.method == "HEAD") response.body.clear();
    const std::array<asio::const_buffer, 2> parts{asio::buffer(head), asio::buffer(response.body)};
    beast::buffers_suffix<std::array<asio::const_buffer, 2>> rest(parts);
    error_code error;
    // Most answers fit into what the kernel takes at once; only what does not is waited for.
    rest.consume(stream_.socket().write_some(parts, error));
    if (error == asio::error::would_block) error = {};
    if (!error && asio::buffer_size(rest) > 0) {
      stream_.expires_after(std::chrono::seconds(shop_->options.request_timeout));
      co_await asio::async_write(stream_, rest, kUse(error));
    }
    co_return !error && keep;
  }

  // To the end of the connection, as its length is not known.
  base::Awaitable<void> write_stream(const Request& request, Stream stream) {
    stream.headers["connection"] = "close";
    const std::string head = head_of(200, stream.headers, request.id);
    error_code error;
    stream_.expires_after(std::chrono::seconds(shop_->options.request_timeout));
    co_await asio::async_write(stream_, asio::buffer(head), kUse(error));
    while (!error && !shop_->closing) {
      stream_.expires_never();
      const auto piece = std::make_shared<std::optional<std::string>>();
      std::function<void(std::function<void()>)> start = [&stream, piece](const std::function<void()>& done) {
        stream.next([piece, done](std::optional<std::string> given) {
          *piece = std::move(given);
          done();
        });
      };
      co_await await_start(std::move(start), shop_->runtime.executor());
      if (!*piece) co_return;
      stream_.expires_after(std::chrono::seconds(shop_->options.request_timeout));
      co_await asio::async_write(stream_, asio::buffer(**piece), kUse(error));
    }
  }

  // A client that is still sending would see a reset instead of the answer: what comes is read for a moment and
  // dropped.
  base::Awaitable<void> drain() {
    stream_.expires_after(std::chrono::seconds(1));
    std::array<char, 4096> sink{};
    error_code error;
    for (std::size_t total = 0; !error && total < (16U << 20);)
      total += co_await stream_.async_read_some(asio::buffer(sink), kUse(error));
  }

  bool fresh_ = true;
  std::shared_ptr<Shop> shop_;
  beast::tcp_stream stream_;
  beast::flat_buffer buffer_;
  std::string peer_;
};

}  // namespace

base::Awaitable<void> serve_connection(std::shared_ptr<Shop> shop, asio::ip::tcp::socket socket) {
  Session session(std::move(shop), std::move(socket));
  co_await session.run();
}

}  // namespace tricircle::http
