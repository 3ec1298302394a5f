#include "http/channel.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/buffers_suffix.hpp>

namespace tricircle::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;

constexpr auto kUse = [](Channel::Error& error) { return asio::redirect_error(asio::use_awaitable, error); };
constexpr std::size_t kMostDropped = 16U << 20;

}  // namespace

Channel::Channel(asio::ip::tcp::socket socket, asio::ssl::context* tls) : stream_(std::move(socket)) {
  if (tls != nullptr) tls_.emplace(stream_, *tls);
  Error ignored;
  stream_.socket().set_option(asio::ip::tcp::no_delay(true), ignored);
  stream_.socket().non_blocking(true, ignored);
  const auto peer = stream_.socket().remote_endpoint(ignored);
  if (!ignored) peer_ = peer.address().to_string();
}

bool Channel::is_tls_end(const Error& error) {
  return error.category() == asio::error::get_ssl_category() ||
         error.category() == asio::ssl::error::get_stream_category();
}

base::Awaitable<void> Channel::handshake(Error& error) {
  co_await tls_->async_handshake(asio::ssl::stream_base::server, kUse(error));
  shaken_ = !error;
}

base::Awaitable<std::size_t> Channel::read_some(asio::mutable_buffer room, Error& error) {
  if (tls_) return tls_->async_read_some(room, kUse(error));
  return stream_.async_read_some(room, kUse(error));
}

std::size_t Channel::write_now(const Parts& parts, Error& error) {
  if (tls_) return 0;
  const std::size_t written = stream_.socket().write_some(parts, error);
  if (error == asio::error::would_block) error = {};
  return written;
}

base::Awaitable<void> Channel::write(Parts parts, std::size_t from, Error& error) {
  beast::buffers_suffix<Parts> rest(parts);
  rest.consume(from);
  if (tls_)
    co_await asio::async_write(*tls_, rest, kUse(error));
  else
    co_await asio::async_write(stream_, rest, kUse(error));
}

base::Awaitable<void> Channel::finish() {
  Error error;
  stream_.expires_after(std::chrono::seconds(1));
  // He need not answer, and what he still sends makes it fail; ours has gone out by then.
  if (shaken_) co_await tls_->async_shutdown(kUse(error));
  stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, error);
  std::array<char, 16'384> sink{};
  for (std::size_t total = 0; !error && total < kMostDropped;)
    total += co_await stream_.async_read_some(asio::buffer(sink), kUse(error));
}

}  // namespace tricircle::http
