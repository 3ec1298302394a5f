#include "http/session.hpp"

#include "base/error.hpp"
#include "base/log.hpp"
#include "http/channel.hpp"
#include "http/framing.hpp"
#include "http/heads.hpp"

#include <chrono>

#include <boost/beast/core/error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
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
  if (error == asio::error::no_buffer_space) {
    return refusal(shop, request, ErrorKind::unavailable, "ServiceUnavailable",
                   "Too many large requests are on their way. Please try again later.");
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

class Session final : public Guest {
 public:
  Session(std::shared_ptr<Shop> shop, asio::ip::tcp::socket socket)
      : shop_(std::move(shop)), channel_(std::move(socket), shop_->tls.get()) {}
  ~Session() override { shop_->guests.hold(*this, 0); }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  void cancel() override { channel_.cancel(); }
  void leave() override { channel_.close(); }

  base::Awaitable<void> run() {
    bool going = co_await shake_hands();
    while (going) {
      going = co_await serve_one() && !shop_->closing;
      shop_->guests.hold(*this, 0);
    }
    co_await channel_.finish();
  }

 private:
  // False: the connection ends.
  base::Awaitable<bool> shake_hands() {
    if (!channel_.wants_handshake()) co_return true;
    channel_.expires_after(shop_->options.request_timeout);
    error_code error;
    const Guests::Wait wait(shop_->guests, *this, true);
    co_await channel_.handshake(error);
    co_return !error;
  }

  // False: the connection ends.
  base::Awaitable<bool> serve_one() {
    Parser parser;
    auto refuse_extensions = [](std::uint64_t, std::string_view extensions, error_code& bad) {
      if (!extensions.empty()) bad = wire::error::bad_chunk_extension;
    };
    parser.on_chunk_header(refuse_extensions);
    parser.body_limit(shop_->options.body_limit);
    parser.header_limit(static_cast<std::uint32_t>(shop_->options.header_limit));
    channel_.expires_after(shop_->options.idle_timeout);
    error_code error;
    if (buffer_.size() == 0) {
      // Until a first byte is there the connection may be silent longer than a request may take.
      co_await read_more(kFirstRead, true, error);
      if (error) co_return false;
    }
    Guests::spoke(*this);
    Request request;
    co_await read_request(parser, request, error);
    if (error == wire::error::end_of_stream || error == beast::error::timeout || is_lost(error)) co_return false;

    const auto begun = std::chrono::steady_clock::now();
    const bool keep = !error && parser.get().keep_alive() && !shop_->closing;
    Reply reply;
    if (error) {
      if (request.id.empty()) request = request_of(parser.get(), channel_.peer());
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

  base::Awaitable<void> read_more(std::size_t most, bool idle, error_code& error) {
    const Guests::Wait wait(shop_->guests, *this, idle);
    buffer_.commit(co_await channel_.read_some(buffer_.prepare(most), error));
  }

  // What has come is parsed before more is waited for: a small request is whole after its first read. Headers are taken
  // before the body is looked at: what comes after a chunked one must not pass for one of them.
  base::Awaitable<void> read_request(Parser& parser, Request& request, error_code& error) {
    HeadLines lines;
    std::size_t looked_at = 0;  // of what is in the buffer
    bool timed = false;
    bool told_to_go_on = false;
    for (;;) {
      if (!parser.is_header_done()) {
        if (!lines.take(view(looked_at))) error = wire::error::bad_line_ending;
        if (error) co_return;
        parse(parser, error);
        looked_at = buffer_.size();
        if (parser.is_header_done() && !error) {
          request = request_of(parser.get(), channel_.peer());
          if (!is_framed_once(parser.get())) error = wire::error::bad_transfer_encoding;
          parser.eager(true);
        }
      }
      if (parser.is_header_done() && !parser.is_done() && !error) parse(parser, error);
      if (error || parser.is_done()) co_return;
      if (parser.is_header_done()) check_body(parser, error);
      if (error) co_return;
      if (!timed) channel_.expires_after(shop_->options.request_timeout);
      timed = true;
      if (!told_to_go_on && parser.is_header_done() && wants_continue(parser)) {
        told_to_go_on = true;
        co_await send_continue(error);
        if (error) co_return;
      }
      co_await read_more(parser.is_header_done() ? kBodyRead : kFirstRead, false, error);
      if (error) co_return;
    }
  }

  void parse(Parser& parser, error_code& error) {
    buffer_.consume(parser.put(buffer_.data(), error));
    if (error == wire::error::need_more) error = {};
  }

  // Of one that is not whole yet.
  void check_body(const Parser& parser, error_code& error) {
    if (parser.chunked() && buffer_.size() > 0 && !may_begin_chunk(view(0))) error = wire::error::bad_chunk;
    const std::size_t kept = parser.get().body().size() + buffer_.size();
    if (!error && !shop_->guests.hold(*this, kept)) error = asio::error::no_buffer_space;
  }

  std::string_view view(std::size_t from) const {
    const auto bytes = buffer_.data();
    return std::string_view(static_cast<const char*>(bytes.data()), bytes.size()).substr(from);
  }

  static bool wants_continue(const Parser& parser) {
    return beast::iequals(parser.get()[wire::field::expect], "100-continue");
  }

  static bool is_lost(const error_code& error) {
    return error == asio::error::eof || error == asio::error::connection_reset || error == asio::error::broken_pipe ||
           error == asio::error::operation_aborted || error == wire::error::partial_message ||
           Channel::is_tls_end(error);
  }

  base::Awaitable<void> send_continue(error_code& error) {
    static constexpr std::string_view kGoOn = "HTTP/1.1 100 Continue\r\n\r\n";
    co_await channel_.write({asio::buffer(kGoOn), {}}, 0, error);
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
    channel_.expires_never();
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
    const Channel::Parts parts{asio::buffer(head), asio::buffer(response.body)};
    error_code error;
    const std::size_t gone = channel_.write_now(parts, error);
    const std::size_t left = head.size() + response.body.size() - gone;
    if (!error && left > 0) {
      if (!shop_->guests.hold(*this, left)) co_return false;
      channel_.expires_after(shop_->options.request_timeout);
      const Guests::Wait wait(shop_->guests, *this, false);
      co_await channel_.write(parts, gone, error);
    }
    co_return !error && keep;
  }

  // To the end of the connection, as its length is not known. Who is told of what turns can come back at any time, so
  // that he may have to go for others.
  base::Awaitable<void> write_stream(const Request& request, Stream stream) {
    stream.headers["connection"] = "close";
    const std::string head = head_of(200, stream.headers, request.id);
    error_code error;
    const Guests::Wait wait(shop_->guests, *this, false);
    channel_.expires_after(shop_->options.request_timeout);
    co_await channel_.write({asio::buffer(head), {}}, 0, error);
    while (!error && !shop_->closing) {
      channel_.expires_never();
      const auto piece = std::make_shared<std::optional<std::string>>();
      std::function<void(std::function<void()>)> start = [&stream, piece](const std::function<void()>& done) {
        stream.next([piece, done](std::optional<std::string> given) {
          *piece = std::move(given);
          done();
        });
      };
      co_await await_start(std::move(start), shop_->runtime.executor());
      if (!*piece) co_return;
      channel_.expires_after(shop_->options.request_timeout);
      co_await channel_.write({asio::buffer(**piece), {}}, 0, error);
    }
  }

  std::shared_ptr<Shop> shop_;
  Channel channel_;
  beast::flat_buffer buffer_;
};

}  // namespace

base::Awaitable<void> serve_connection(std::shared_ptr<Shop> shop, asio::ip::tcp::socket socket) {
  Session session(std::move(shop), std::move(socket));
  co_await session.run();
}

}  // namespace tricircle::http
