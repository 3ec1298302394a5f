#include "pod/pod.hpp"

#include "pod/local_plugin.hpp"
#include "pod/membership.hpp"
#include "pod/outbox.hpp"

#include <future>

#include <boost/asio/post.hpp>

namespace tricircle::pod {

class Pod::Impl : public std::enable_shared_from_this<Pod::Impl> {
 public:
  Impl(base::Runtime& runtime, storage::Database& database, http::Client& client, const base::Clock& clock,
       const PodOptions& options)
      : runtime_(runtime),
        centre_(client, options.central_url, options.ca_file),
        membership_(centre_, options.region, options.own_url),
        sender_(runtime, database, clock, centre_, membership_, options.region),
        plugin_(database, centre_, clock, options.region, [this] { sender_.hint(); }),
        neutron_(database, clock, plugin_, api::caller_from_headers()) {}

  http::Reply handle(const http::Request& request) { return neutron_.handle(request); }

  void start() {
    started_ = true;
    runtime_.spawn("membership", join(shared_from_this()));
    sender_.start(shared_from_this());
  }

  void stop() {
    if (!started_) return;
    started_ = false;
    std::promise<void> stopped;
    boost::asio::post(runtime_.io(), [&] {
      stopping_ = true;
      sender_.stop();
      stopped.set_value();
    });
    stopped.get_future().wait();
  }

 private:
  base::Awaitable<void> join(std::shared_ptr<Impl> self) {
    co_await membership_.join(self, stopping_);
    sender_.hint();
  }

  base::Runtime& runtime_;
  CentreClient centre_;
  Membership membership_;
  Sender sender_;
  LocalPlugin plugin_;
  api::Neutron neutron_;
  bool started_ = false;
  bool stopping_ = false;  // io thread only
};

Pod::Pod(base::Runtime& runtime, storage::Database& database, http::Client& client, const base::Clock& clock,
         PodOptions options)
    : impl_(std::make_shared<Impl>(runtime, database, client, clock, options)) {}

Pod::~Pod() {
  stop();
}
http::Reply Pod::handle(const http::Request& request) {
  return impl_->handle(request);
}
void Pod::start() {
  impl_->start();
}
void Pod::stop() {
  impl_->stop();
}

}  // namespace tricircle::pod
