#include "bus/session.hpp"

#include <algorithm>
#include <amqp.h>
#include <amqp_framing.h>
#include <amqp_ssl_socket.h>
#include <amqp_tcp_socket.h>
#include <sys/time.h>
#include <vector>

namespace tricircle::bus {
namespace {

constexpr amqp_channel_t kChannel = 1;
constexpr int kHeartbeatSeconds = 10;
constexpr int kLargestFrame = 131'072;
constexpr timeval kConnectWithin{5, 0};
constexpr timeval kAnswerWithin{10, 0};
// rabbitmq-c believes nobody by itself, not even those whom the system believes.
constexpr char kAuthorities[] = "/etc/ssl/certs/ca-certificates.crt";

std::string text_of(amqp_bytes_t bytes) {
  return {static_cast<const char*>(bytes.bytes), bytes.len};
}
// The string must outlive the call.
amqp_bytes_t bytes_of(const std::string& text) {
  return {text.size(), const_cast<char*>(text.data())};
}

std::string reason_of(const amqp_method_t& method) {
  if (method.id == AMQP_CONNECTION_CLOSE_METHOD) {
    const auto* closed = static_cast<const amqp_connection_close_t*>(method.decoded);
    return text_of(closed->reply_text);
  }
  if (method.id == AMQP_CHANNEL_CLOSE_METHOD) {
    const auto* closed = static_cast<const amqp_channel_close_t*>(method.decoded);
    return text_of(closed->reply_text);
  }
  if (method.id == AMQP_BASIC_CANCEL_METHOD) return "the queue was deleted";
  return "it sent something else than was waited for";
}

bool is_not_found(const amqp_rpc_reply_t& reply) {
  return reply.reply_type == AMQP_RESPONSE_SERVER_EXCEPTION && reply.reply.id == AMQP_CHANNEL_CLOSE_METHOD &&
         static_cast<const amqp_channel_close_t*>(reply.reply.decoded)->reply_code == AMQP_NOT_FOUND;
}

amqp_table_entry_t number_entry(const char* key, std::int32_t value) {
  amqp_table_entry_t entry{};
  entry.key = amqp_cstring_bytes(key);
  entry.value.kind = AMQP_FIELD_KIND_I32;
  entry.value.value.i32 = value;
  return entry;
}

}  // namespace

class Session::Impl {
 public:
  Impl(const Broker& broker, const BrokerHost& host)
      : where_(host.host + ":" + std::to_string(host.port)), connection_(amqp_new_connection()) {
    if (connection_ == nullptr) throw std::bad_alloc();
    try {
      open(broker, host);
      log_in(broker, host);
    } catch (...) {
      amqp_destroy_connection(connection_);
      throw;
    }
  }
  ~Impl() {
    amqp_connection_close(connection_, AMQP_REPLY_SUCCESS);
    amqp_destroy_connection(connection_);
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  void subscribe(const Subscription& subscription) {
    find_exchange(subscription.exchange);
    make_queue(subscription);
    consume(subscription);
  }

  void publish(const std::string& exchange, const std::string& routing_key, const std::string& body) {
    find_exchange(exchange);
    check(amqp_basic_publish(connection_, kChannel, bytes_of(exchange), bytes_of(routing_key), 0, 0, nullptr,
                             bytes_of(body)),
          "publishing");
  }

  std::optional<Received> take() {
    for (;;) {
      amqp_maybe_release_buffers(connection_);
      timeval at_once{0, 0};
      amqp_frame_t frame{};
      const int status = amqp_simple_wait_frame_noblock(connection_, &frame, &at_once);
      if (status == AMQP_STATUS_TIMEOUT) return std::nullopt;
      check(status, "receiving");
      add(frame);
      if (!coming_ || coming_->left != 0) continue;
      Received received{coming_->tag, std::move(coming_->body)};
      coming_.reset();
      return received;
    }
  }

  void acknowledge(std::uint64_t tag) { check(amqp_basic_ack(connection_, kChannel, tag, 0), "acknowledging"); }

  int socket() const { return amqp_get_sockfd(connection_); }

 private:
  void open(const Broker& broker, const BrokerHost& host) {
    amqp_set_handshake_timeout(connection_, &kAnswerWithin);
    amqp_set_rpc_timeout(connection_, &kAnswerWithin);
    amqp_socket_t* socket = broker.tls ? amqp_ssl_socket_new(connection_) : amqp_tcp_socket_new(connection_);
    if (socket == nullptr) throw std::bad_alloc();
    if (broker.tls) {
      const char* ca_file = broker.ca_file.empty() ? kAuthorities : broker.ca_file.c_str();
      check(amqp_ssl_socket_set_cacert(socket, ca_file), "reading the CA");
      amqp_ssl_socket_set_verify_peer(socket, 1);
      amqp_ssl_socket_set_verify_hostname(socket, 1);
    }
    check(amqp_socket_open_noblock(socket, host.host.c_str(), host.port, &kConnectWithin), "connecting");
  }

  void log_in(const Broker& broker, const BrokerHost& host) {
    check(amqp_login(connection_, broker.vhost.c_str(), AMQP_DEFAULT_MAX_CHANNELS, kLargestFrame, kHeartbeatSeconds,
                     AMQP_SASL_METHOD_PLAIN, host.user.c_str(), host.password.c_str()),
          "logging in");
    open_channel();
  }

  void open_channel() {
    amqp_channel_open(connection_, kChannel);
    check(amqp_get_rpc_reply(connection_), "opening a channel");
  }

  void find_exchange(const std::string& name) {
    if (std::ranges::find(exchanges_, name) != exchanges_.end()) return;
    declare_exchange(name);
    exchanges_.push_back(name);
  }

  void declare_exchange(const std::string& name) {
    const amqp_bytes_t type = amqp_cstring_bytes("topic");
    amqp_exchange_declare(connection_, kChannel, bytes_of(name), type, 1, 0, 0, 0, amqp_empty_table);
    const amqp_rpc_reply_t found = amqp_get_rpc_reply(connection_);
    if (!is_not_found(found)) return check(found, "looking for exchange " + name);
    // The broker has closed the channel over it.
    amqp_channel_close_ok_t closed{};
    check(amqp_send_method(connection_, kChannel, AMQP_CHANNEL_CLOSE_OK_METHOD, &closed), "closing a channel");
    open_channel();
    amqp_exchange_declare(connection_, kChannel, bytes_of(name), type, 0, 0, 0, 0, amqp_empty_table);
    check(amqp_get_rpc_reply(connection_), "making exchange " + name);
  }

  void make_queue(const Subscription& subscription) {
    amqp_table_entry_t limits[] = {number_entry("x-max-length", subscription.longest),
                                   number_entry("x-expires", subscription.expires_ms)};
    const amqp_table_t arguments{2, limits};
    const amqp_bytes_t queue = bytes_of(subscription.queue);
    const bool own = !subscription.durable;
    amqp_queue_declare(connection_, kChannel, queue, 0, !own, own, own, arguments);
    check(amqp_get_rpc_reply(connection_), "making queue " + subscription.queue);
    amqp_queue_bind(connection_, kChannel, queue, bytes_of(subscription.exchange), bytes_of(subscription.routing_key),
                    amqp_empty_table);
    check(amqp_get_rpc_reply(connection_), "binding queue " + subscription.queue);
  }

  void consume(const Subscription& subscription) {
    amqp_basic_qos(connection_, kChannel, 0, subscription.prefetch, 0);
    check(amqp_get_rpc_reply(connection_), "setting the prefetch");
    amqp_basic_consume(connection_, kChannel, bytes_of(subscription.queue), amqp_empty_bytes, 0, !subscription.durable,
                       0, amqp_empty_table);
    check(amqp_get_rpc_reply(connection_), "consuming queue " + subscription.queue);
  }

  // A message comes as its delivery, a header with its size, and pieces of its body. Any other method ends it all: the
  // broker closes the connection or the channel, or takes the queue away.
  void add(const amqp_frame_t& frame) {
    if (frame.frame_type == AMQP_FRAME_METHOD) {
      const amqp_method_t& method = frame.payload.method;
      if (method.id != AMQP_BASIC_DELIVER_METHOD) throw BusError(where_ + ": " + reason_of(method));
      coming_ =
          Coming{static_cast<const amqp_basic_deliver_t*>(method.decoded)->delivery_tag, std::nullopt, std::string()};
    } else if (!coming_) {
      throw BusError(where_ + ": it sent a body without a message");
    } else if (frame.frame_type == AMQP_FRAME_HEADER) {
      coming_->left = frame.payload.properties.body_size;
      if (*coming_->left > kLargestBody) coming_->body.reset();
    } else if (frame.frame_type == AMQP_FRAME_BODY) {
      const amqp_bytes_t piece = frame.payload.body_fragment;
      if (!coming_->left || piece.len > *coming_->left) throw BusError(where_ + ": it sent more than it had said");
      *coming_->left -= piece.len;
      if (coming_->body) *coming_->body += text_of(piece);
    }
  }

  void check(int status, const std::string& doing) const {
    if (status != AMQP_STATUS_OK) throw BusError(where_ + ": " + doing + ": " + amqp_error_string2(status));
  }
  void check(const amqp_rpc_reply_t& reply, const std::string& doing) const {
    if (reply.reply_type != AMQP_RESPONSE_NORMAL) throw failed(doing, reply);
  }
  BusError failed(const std::string& doing, const amqp_rpc_reply_t& reply) const {
    const std::string why = reply.reply_type == AMQP_RESPONSE_SERVER_EXCEPTION ? reason_of(reply.reply)
                            : reply.reply_type == AMQP_RESPONSE_LIBRARY_EXCEPTION
                                ? amqp_error_string2(reply.library_error)
                                : "no answer";
    return BusError(where_ + ": " + doing + ": " + why);
  }

  struct Coming {
    std::uint64_t tag = 0;
    std::optional<std::uint64_t> left;  // of its body; none: not said yet
    std::optional<std::string> body = std::string();
  };

  std::string where_;
  amqp_connection_state_t connection_;
  std::optional<Coming> coming_;
  std::vector<std::string> exchanges_;  // that are there
};

Session::Session(const Broker& broker, const BrokerHost& host) : impl_(std::make_unique<Impl>(broker, host)) {}
Session::~Session() = default;
void Session::subscribe(const Subscription& subscription) {
  impl_->subscribe(subscription);
}
void Session::publish(const std::string& exchange, const std::string& routing_key, const std::string& body) {
  impl_->publish(exchange, routing_key, body);
}
std::optional<Received> Session::take() {
  return impl_->take();
}
void Session::acknowledge(std::uint64_t tag) {
  impl_->acknowledge(tag);
}
int Session::socket() const {
  return impl_->socket();
}

}  // namespace tricircle::bus
