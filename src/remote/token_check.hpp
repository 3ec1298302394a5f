// Whose token it is, asked of Keystone with the service's own token and remembered until the token ends, at most
// `cache_time`. Owned by app, shared by all sessions; any thread. Never throws for what Keystone says.
#pragma once
#include "remote/credentials.hpp"

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace tricircle::remote {

struct TokenOwner {
  std::string user_id;
  std::string project_id;  // '' = the token is not scoped to a project
  std::set<std::string> roles;
};
using KnownOwner = std::shared_ptr<const TokenOwner>;

struct Verdict {
  enum class Kind { valid, invalid, unavailable };
  Kind kind = Kind::unavailable;
  TokenOwner owner;
  std::string words;  // for people, when not valid
};

class TokenCheck {
 public:
  using Done = std::function<void(const Verdict&)>;

  // `auth_url` as in [keystone_authtoken].
  TokenCheck(base::Runtime&, http::Client&, Identity&, const base::Clock&, std::string auth_url,
             base::Micros cache_time);

  KnownOwner remembered(std::string_view token);  // null: it must be asked for

  // `done` is called once, on the io thread. Those who ask for one token at a time share one question.
  void ask(const std::string& token, Done done);

 private:
  struct Known {
    KnownOwner owner;
    base::Micros until = 0;  // monotonic
  };
  base::Awaitable<void> run(std::string token);
  base::Awaitable<Verdict> ask_keystone(std::string token, base::Micros& ends);
  void remember(const std::string& token, const TokenOwner&, base::Micros ends);

  base::Runtime& runtime_;
  http::Client& client_;
  Identity& identity_;
  const base::Clock& clock_;
  std::string url_;
  base::Micros cache_time_;
  std::mutex mutex_;  // of what follows
  std::map<std::string, Known, std::less<>> known_;
  std::map<std::string, std::vector<Done>> waiting_;
};

}  // namespace tricircle::remote
