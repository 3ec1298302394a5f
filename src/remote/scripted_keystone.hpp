// For tests of this room: a Keystone that gives tokens "t1", "t2", ... and says no when told to, and around it servers
// that take the newest token only. In memory; keeps the calls.
#pragma once
#include "http/client.hpp"

#include <mutex>
#include <string>
#include <vector>

namespace tricircle::remote {

class ScriptedKeystone final : public http::Client {
 public:
  void send(http::OutRequest request, std::function<void(http::OutResponse)> done) override {
    http::OutResponse answer;
    {
      const std::lock_guard guard(mutex_);
      answer = answered(request);
      requests_.push_back(std::move(request));
    }
    done(std::move(answer));
  }

  void revoke_all() { ++revoked_; }  // the next token will be good
  void refuse() { refuses_ = true; }

  int tokens_given() const { return given_; }
  std::vector<http::OutRequest> take_requests() { return std::exchange(requests_, {}); }

 private:
  http::OutResponse answered(const http::OutRequest& request) {
    if (request.url.ends_with("/auth/tokens")) {
      if (refuses_) return {http::End::answered, 401, {}, R"({"error":{"message":"No such user."}})", {}};
      revoked_ = 0;
      return {http::End::answered, 201, {{"x-subject-token", "t" + std::to_string(++given_)}}, "{}", {}};
    }
    const bool good = revoked_ == 0 && request.headers.at("x-auth-token") == "t" + std::to_string(given_);
    return {http::End::answered, good ? 200 : 401, {}, "{}", {}};
  }

  std::mutex mutex_;
  std::vector<http::OutRequest> requests_;
  int given_ = 0;
  int revoked_ = 0;
  bool refuses_ = false;
};

}  // namespace tricircle::remote
