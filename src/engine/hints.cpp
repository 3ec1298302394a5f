#include "engine/hints.hpp"

#include "base/ids.hpp"
#include "base/log.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <mutex>
#include <optional>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>

namespace tricircle::engine {

namespace fs = std::filesystem;
namespace asio = boost::asio;

namespace {

// A socket's path has room for 108 bytes; through the folder's descriptor every state folder is short enough.
sockaddr_un address_of(int folder, const std::string& name) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = "/proc/self/fd/" + std::to_string(folder) + "/" + name;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  return address;
}

int opened_folder(const fs::path& path) {
  fs::create_directories(path);
  return ::open(path.c_str(), O_DIRECTORY | O_RDONLY | O_CLOEXEC);
}

int new_socket() {
  return ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

}  // namespace

class Hints::Impl : public std::enable_shared_from_this<Hints::Impl> {
 public:
  explicit Impl(const fs::path& state) : path_(state / "hints"), folder_(opened_folder(path_)), sender_(new_socket()) {}

  ~Impl() {
    ::close(sender_);
    ::close(folder_);
  }

  void listen(base::Runtime& runtime, std::function<void()> heard) {
    const int file = new_socket();
    name_ = base::random_hex(12) + ".sock";
    const sockaddr_un address = address_of(folder_, name_);
    if (file < 0 || ::bind(file, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      base::log::warn("no_hints error=\"{}\"", std::strerror(errno));
      name_.clear();
      return;
    }
    heard_ = std::move(heard);
    receiver_.emplace(runtime.io(), file);
    wait();
  }

  // The receiver is the io thread's; name and callback go at once.
  void close() {
    {
      const std::lock_guard guard(mutex_);
      heard_ = nullptr;
    }
    if (!receiver_) return;
    ::unlinkat(folder_, name_.c_str(), 0);
    asio::post(receiver_->get_executor(), [self = shared_from_this()] {
      boost::system::error_code ignored;
      self->receiver_->close(ignored);
    });
  }

  void send() {
    std::error_code ignored;
    for (const fs::directory_entry& entry : fs::directory_iterator(path_, ignored)) {
      const sockaddr_un address = address_of(folder_, entry.path().filename());
      const auto sent =
          ::sendto(sender_, "", 1, MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&address), sizeof address);
      if (sent < 0 && errno == ECONNREFUSED) fs::remove(entry.path(), ignored);
    }
  }

 private:
  void wait() {
    receiver_->async_wait(asio::posix::stream_descriptor::wait_read,
                          [self = shared_from_this()](const boost::system::error_code& error) {
                            if (error) return;
                            std::array<char, 16> buffer{};
                            while (::recv(self->receiver_->native_handle(), buffer.data(), buffer.size(), 0) >= 0) {
                            }
                            self->tell();
                            self->wait();
                          });
  }

  void tell() {
    const std::lock_guard guard(mutex_);
    if (heard_) heard_();
  }

  fs::path path_;
  int folder_;
  int sender_;
  std::string name_;
  std::mutex mutex_;  // of heard_
  std::function<void()> heard_;
  std::optional<asio::posix::stream_descriptor> receiver_;
};

Hints::Hints(const fs::path& state_folder) : impl_(std::make_shared<Impl>(state_folder)) {}
Hints::~Hints() {
  impl_->close();
}
void Hints::listen(base::Runtime& runtime, std::function<void()> heard) {
  impl_->listen(runtime, std::move(heard));
}
void Hints::send() {
  impl_->send();
}

}  // namespace tricircle::engine
