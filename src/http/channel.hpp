// The bytes of one accepted connection, with a deadline: plain TCP, or TLS over it. Owned by its session; io thread
// only. Ends are told by error codes, nothing is thrown.
#pragma once
#include "base/runtime.hpp"

#include <array>
#include <chrono>
#include <optional>
#include <string>

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/tcp_stream.hpp>

namespace tricircle::http {

class Channel {
 public:
  using Error = boost::system::error_code;
  using Parts = std::array<boost::asio::const_buffer, 2>;

  explicit Channel(boost::asio::ip::tcp::socket);

  const std::string& peer() const { return peer_; }  // its address; '' when it has gone already

  base::Awaitable<std::size_t> read_some(boost::asio::mutable_buffer, Error&);
  // Most answers fit into what the kernel takes at once; only what does not is waited for. How much went.
  std::size_t write_now(const Parts&, Error&);
  base::Awaitable<void> write(Parts, std::size_t from, Error&);  // all of it from there

  // Of what is read or written from now on.
  void expires_after(std::chrono::milliseconds limit) { stream_.expires_after(limit); }
  void expires_never() { stream_.expires_never(); }

  void cancel() { stream_.cancel(); }  // what is waited for ends; the connection stands
  void close() { stream_.close(); }
  // Says that no more comes. A client that is still sending would see a reset instead of its last answer: what comes is
  // read for a moment and dropped.
  base::Awaitable<void> finish();

 private:
  boost::beast::tcp_stream stream_;
  std::string peer_;
};

}  // namespace tricircle::http
