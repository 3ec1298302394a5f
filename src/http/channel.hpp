// The bytes of one accepted connection, with a deadline: plain TCP, or TLS over it. Owned by its session; io thread
// only. Ends are told by error codes, nothing is thrown.
#pragma once
#include "base/runtime.hpp"

#include <array>
#include <chrono>
#include <optional>
#include <string>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/tcp_stream.hpp>

namespace tricircle::http {

class Channel {
 public:
  using Error = boost::system::error_code;
  using Parts = std::array<boost::asio::const_buffer, 2>;

  // `tls` outlives it; null: plain.
  Channel(boost::asio::ip::tcp::socket, boost::asio::ssl::context* tls);

  const std::string& peer() const { return peer_; }  // its address; '' when it has gone already

  // Before anything else; plain connections have none.
  bool wants_handshake() const { return tls_.has_value() && !shaken_; }
  base::Awaitable<void> handshake(Error&);

  base::Awaitable<std::size_t> read_some(boost::asio::mutable_buffer, Error&);
  // Most answers fit into what the kernel takes at once; only what does not is waited for. How much went; under TLS
  // nothing does.
  std::size_t write_now(const Parts&, Error&);
  base::Awaitable<void> write(Parts, std::size_t from, Error&);  // all of it from there

  // Of what is read or written from now on.
  void expires_after(std::chrono::milliseconds limit) { stream_.expires_after(limit); }
  void expires_never() { stream_.expires_never(); }

  static bool is_tls_end(const Error&);  // the peer broke off, or does not speak it

  void cancel() { stream_.cancel(); }  // what is waited for ends; the connection stands
  void close() { stream_.close(); }
  // Says that no more comes. A client that is still sending would see a reset instead of its last answer: what comes is
  // read for a moment and dropped.
  base::Awaitable<void> finish();

 private:
  boost::beast::tcp_stream stream_;  // has the deadlines, under TLS too
  std::optional<boost::asio::ssl::stream<boost::beast::tcp_stream&>> tls_;
  bool shaken_ = false;
  std::string peer_;
};

}  // namespace tricircle::http
