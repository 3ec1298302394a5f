#include "http/client.hpp"

#include "http/transfer.hpp"

#include <atomic>
#include <deque>
#include <mutex>
#include <thread>

#include <boost/asio/this_coro.hpp>

namespace tricircle::http {

class CurlClient::Impl {
 public:
  Impl() : multi_(curl_multi_init()) {
    curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, 2048L);
    thread_ = std::thread([this] { run(); });
  }

  void abandon() {
    stopping_ = true;
    curl_multi_wakeup(multi_);
  }

  ~Impl() {
    abandon();
    thread_.join();
    curl_multi_cleanup(multi_);
  }

  void send(OutRequest request, std::function<void(OutResponse)> done) {
    auto transfer = std::make_unique<Transfer>(std::move(request), std::move(done));
    {
      const std::lock_guard guard(mutex_);
      if (!stopping_) {
        arrived_.push_back(std::move(transfer));
        curl_multi_wakeup(multi_);
        return;
      }
    }
    transfer->abandon();
  }

 private:
  void run() {
    while (!stopping_) {
      begin_arrived();
      int running = 0;
      curl_multi_perform(multi_, &running);
      end_finished();
      curl_multi_poll(multi_, nullptr, 0, 1000, nullptr);
    }
    for (auto& [handle, transfer] : under_way_) {
      curl_multi_remove_handle(multi_, handle);
      curl_easy_cleanup(handle);
      transfer->abandon();
    }
    under_way_.clear();
    const std::lock_guard guard(mutex_);
    for (auto& transfer : arrived_) transfer->abandon();
    for (CURL* handle : spare_) curl_easy_cleanup(handle);
  }

  void begin_arrived() {
    std::deque<std::unique_ptr<Transfer>> arrived;
    {
      const std::lock_guard guard(mutex_);
      arrived.swap(arrived_);
    }
    for (auto& transfer : arrived) {
      CURL* handle = spare_.empty() ? curl_easy_init() : spare_.back();
      if (!spare_.empty()) spare_.pop_back();
      transfer->prepare(handle);
      curl_multi_add_handle(multi_, handle);
      under_way_.emplace(handle, std::move(transfer));
    }
  }

  void end_finished() {
    int left = 0;
    while (CURLMsg* message = curl_multi_info_read(multi_, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      CURL* handle = message->easy_handle;
      const CURLcode code = message->data.result;
      auto transfer = std::move(under_way_.extract(handle).mapped());
      curl_multi_remove_handle(multi_, handle);
      transfer->finish(handle, code);
      curl_easy_reset(handle);
      spare_.push_back(handle);
    }
  }

  CURLM* multi_;
  std::thread thread_;
  std::atomic<bool> stopping_ = false;
  std::mutex mutex_;
  std::deque<std::unique_ptr<Transfer>> arrived_;
  std::map<CURL*, std::unique_ptr<Transfer>> under_way_;  // client's thread only, as what follows
  std::vector<CURL*> spare_;
};

CurlClient::CurlClient() : impl_(std::make_unique<Impl>()) {}
CurlClient::~CurlClient() = default;

void CurlClient::abandon() {
  impl_->abandon();
}

void CurlClient::send(OutRequest request, std::function<void(OutResponse)> done) {
  impl_->send(std::move(request), std::move(done));
}

base::Awaitable<OutResponse> Client::async_send(OutRequest request) {
  const boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
  auto response = std::make_shared<OutResponse>();
  auto initiate = [this, executor, response, &request](auto handler) {
    auto shared = std::make_shared<decltype(handler)>(std::move(handler));
    send(std::move(request), [executor, response, shared](OutResponse answer) {
      *response = std::move(answer);
      boost::asio::post(executor, [shared] { std::move (*shared)(); });
    });
  };
  co_await boost::asio::async_initiate<decltype(boost::asio::use_awaitable), void()>(initiate,
                                                                                     boost::asio::use_awaitable);
  co_return std::move(*response);
}

}  // namespace tricircle::http
