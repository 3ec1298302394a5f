// For tests: stands between a store and its server and loses a COMMIT, or its answer, once armed. Owned by a test; has
// a thread for each connection.
#pragma once
#include "storage/mariadb_place.hpp"

#include <arpa/inet.h>
#include <array>
#include <atomic>
#include <netinet/in.h>
#include <poll.h>
#include <string_view>
#include <sys/socket.h>
#include <system_error>
#include <thread>
#include <unistd.h>
#include <vector>

namespace tricircle::storage {

class TcpRelay {
 public:
  enum class Cut { commit, answer_of_commit };

  TcpRelay(const MariadbPlace::Host& server, Cut cut) : server_(server), cut_(cut) {
    listening_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address = local(0);
    socklen_t size = sizeof(address);
    if (::bind(listening_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listening_, 16) != 0 ||
        ::getsockname(listening_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
      throw std::system_error(errno, std::generic_category(), "relay");
    port_ = ntohs(address.sin_port);
    accepting_ = std::thread([this] { accept_all(); });
  }
  ~TcpRelay() {
    stopping_ = true;
    accepting_.join();
    for (std::thread& thread : threads_) thread.join();
    ::close(listening_);
  }
  TcpRelay(const TcpRelay&) = delete;
  TcpRelay& operator=(const TcpRelay&) = delete;

  MariadbPlace::Host host() const { return {"127.0.0.1", port_}; }
  void arm() { armed_ = true; }
  int cuts() const { return cuts_; }

 private:
  static sockaddr_in local(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    return address;
  }
  static bool readable(int socket) {
    pollfd wanted{socket, POLLIN, 0};
    return ::poll(&wanted, 1, 50) > 0;
  }

  // Refuses everybody once it has cut, as a dead node does.
  void accept_all() {
    while (!stopping_) {
      if (!readable(listening_)) continue;
      const int client = ::accept(listening_, nullptr, nullptr);
      if (cuts_ > 0) {
        ::close(client);
        continue;
      }
      threads_.emplace_back([this, client] { relay(client); });
    }
  }

  void relay(int client) {
    const int server = ::socket(AF_INET, SOCK_STREAM, 0);
    const sockaddr_in address = local(server_.port);
    bool open = ::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
    while (open && !stopping_) {
      std::array<pollfd, 2> ends{pollfd{client, POLLIN, 0}, pollfd{server, POLLIN, 0}};
      ::poll(ends.data(), ends.size(), 50);
      if (open && ends[0].revents != 0) open = pass(client, server, true);
      if (open && ends[1].revents != 0) open = pass(server, client, false);
    }
    ::close(client);
    ::close(server);
  }

  bool pass(int from, int to, bool from_client) {
    std::array<char, 65536> bytes;
    const ssize_t size = ::recv(from, bytes.data(), bytes.size(), 0);
    if (size <= 0) return false;
    const std::string_view text(bytes.data(), static_cast<std::size_t>(size));
    const bool commit = from_client && text.ends_with("COMMIT") && armed_.exchange(false);
    if (commit) ++cuts_;
    if (commit && cut_ == Cut::commit) return false;
    if (::send(to, bytes.data(), static_cast<std::size_t>(size), MSG_NOSIGNAL) != size) return false;
    // The server has answered, so it has committed; nobody hears of it.
    if (commit) static_cast<void>(::recv(to, bytes.data(), bytes.size(), 0));
    return !commit;
  }

  const MariadbPlace::Host server_;
  const Cut cut_;
  int listening_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<bool> stopping_ = false;
  std::atomic<bool> armed_ = false;
  std::atomic<int> cuts_ = 0;
  std::vector<std::thread> threads_;
  std::thread accepting_;
};

}  // namespace tricircle::storage
