#include "http/server.hpp"

#include "base/error.hpp"
#include "base/log.hpp"
#include "http/session.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <sys/resource.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>

namespace tricircle::http {

namespace asio = boost::asio;
using asio::ip::tcp;

// How long a server that stops waits for the first request of a connection that is open already.
constexpr std::chrono::milliseconds kFreshFor{500};
constexpr std::chrono::minutes kTellAgain{1};

namespace {

// The store and calls to others need files too: no more than half of what the process may open goes to connections.
std::size_t most_connections(const ServerOptions& options) {
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) return options.most_connections;
  return std::min<std::size_t>(options.most_connections, std::max<rlim_t>(files.rlim_cur / 2, 1));
}

}  // namespace

class Server::Impl : public std::enable_shared_from_this<Server::Impl> {
 public:
  Impl(base::Runtime& runtime, ServerOptions options, Handler handler)
      : shop_(std::make_shared<Shop>(runtime, std::move(options), std::move(handler))),
        acceptor_(runtime.io()),
        most_(most_connections(shop_->options)),
        late_(runtime.io()) {
    try {
      listen();
    } catch (const boost::system::system_error& error) {
      throw base::Error(base::ErrorKind::unavailable, "",
                        "cannot listen on " + shop_->options.address + ":" + std::to_string(shop_->options.port) +
                            ": " + error.code().message());
    }
  }

  std::uint16_t port() const { return port_; }

  void start() { shop_->runtime.spawn("accept", accept_for_ever(shared_from_this())); }

  void stop(int grace_seconds) {
    if (shop_->closing.exchange(true)) return;
    asio::post(shop_->runtime.io(), [self = shared_from_this()] { self->close(); });
    std::unique_lock guard(mutex_);
    none_.wait_for(guard, std::chrono::seconds(grace_seconds), [this] { return closed_ && count_ == 0; });
  }

 private:
  // Who was let in by the kernel has been accepted as far as he can tell: he is served too. No more than can have
  // waited, or who connects without end would keep the server from its end.
  void close() {
    boost::system::error_code error;
    acceptor_.non_blocking(true, error);
    for (int i = 0; !error && i < asio::socket_base::max_listen_connections; ++i) {
      tcp::socket socket(shop_->runtime.io());
      acceptor_.accept(socket, error);
      if (!error) begin_session(std::move(socket));
    }
    acceptor_.close(error);
    shop_->guests.cancel_idle(false);
    late_.expires_after(kFreshFor);
    late_.async_wait(
        [self = shared_from_this()](const boost::system::error_code&) { self->shop_->guests.cancel_idle(true); });
    {
      const std::lock_guard guard(mutex_);
      closed_ = true;
    }
    none_.notify_all();
  }

  void listen() {
    const tcp::endpoint endpoint(asio::ip::make_address(shop_->options.address), shop_->options.port);
    acceptor_.open(endpoint.protocol());
    acceptor_.set_option(tcp::acceptor::reuse_address(true));
    acceptor_.bind(endpoint);
    acceptor_.listen();
    port_ = acceptor_.local_endpoint().port();
  }

  base::Awaitable<void> accept_for_ever(std::shared_ptr<Impl> self) {
    for (;;) {
      boost::system::error_code error;
      tcp::socket socket = co_await acceptor_.async_accept(asio::redirect_error(asio::use_awaitable, error));
      if (error && shop_->closing) co_return;
      if (error) {
        // Too many open files: those that are open will end.
        base::log::warn("accept_failed error=\"{}\"", error.message());
        co_await base::pause(10'000);
        continue;
      }
      begin_session(std::move(socket));
    }
  }

  void begin_session(tcp::socket socket) {
    {
      const std::lock_guard guard(mutex_);
      ++count_;
    }
    // (This one does not wait yet.)
    if (count_ > most_ && !make_room()) {
      ended({});
      return;
    }
    asio::co_spawn(shop_->runtime.io(), serve_connection(shop_, std::move(socket)),
                   [self = shared_from_this()](const std::exception_ptr& failure) { self->ended(failure); });
  }

  bool make_room() {
    const auto now = std::chrono::steady_clock::now();
    if (now - told_full_ > kTellAgain) {
      told_full_ = now;
      base::log::warn("connections_full most={}", most_);
    }
    return shop_->guests.send_one_away();
  }

  void ended(const std::exception_ptr& failure) {
    try {
      if (failure) std::rethrow_exception(failure);
    } catch (const std::exception& error) {
      base::log::warn("session_failed error=\"{}\"", error.what());
    }
    {
      const std::lock_guard guard(mutex_);
      --count_;
    }
    none_.notify_all();
  }

  std::shared_ptr<Shop> shop_;
  tcp::acceptor acceptor_;
  std::uint16_t port_ = 0;
  std::mutex mutex_;
  std::condition_variable none_;
  std::size_t count_ = 0;  // by mutex_; written on the io thread
  const std::size_t most_;
  std::chrono::steady_clock::time_point told_full_{};
  bool closed_ = false;
  asio::steady_timer late_;
};

Server::Server(base::Runtime& runtime, ServerOptions options, Handler handler)
    : impl_(std::make_shared<Impl>(runtime, std::move(options), std::move(handler))) {
  impl_->start();
}

Server::~Server() {
  stop(0);
}

std::uint16_t Server::port() const {
  return impl_->port();
}
void Server::stop(int grace_seconds) {
  impl_->stop(grace_seconds);
}

}  // namespace tricircle::http
