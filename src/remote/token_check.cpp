#include "remote/token_check.hpp"

#include "base/log.hpp"
#include "remote/answer.hpp"

#include <algorithm>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value_to.hpp>

namespace tricircle::remote {
namespace {

namespace json = boost::json;

constexpr std::size_t kMostKnown = 20'000;

std::string text(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? json::value_to<std::string>(*value) : std::string();
}

std::string id_of(const json::object& token, std::string_view what) {
  const json::value* value = token.if_contains(what);
  return value != nullptr && value->is_object() ? text(value->get_object(), "id") : std::string();
}

TokenOwner owner_of(const json::object& token) {
  TokenOwner owner{id_of(token, "user"), id_of(token, "project"), {}};
  const json::value* roles = token.if_contains("roles");
  if (roles == nullptr || !roles->is_array()) return owner;
  for (const json::value& role : roles->get_array()) {
    if (role.is_object()) owner.roles.insert(text(role.get_object(), "name"));
  }
  return owner;
}

const json::object* token_in(const Answer& answer) {
  const json::object* body = answer.body.if_object();
  const json::value* token = body == nullptr ? nullptr : body->if_contains("token");
  return token == nullptr ? nullptr : token->if_object();
}

}  // namespace

TokenCheck::TokenCheck(base::Runtime& runtime, http::Client& client, Identity& identity, const base::Clock& clock,
                       std::string auth_url, base::Micros cache_time)
    : runtime_(runtime),
      client_(client),
      identity_(identity),
      clock_(clock),
      url_(tokens_url(std::move(auth_url))),
      cache_time_(cache_time) {}

KnownOwner TokenCheck::remembered(std::string_view token) {
  const std::lock_guard guard(mutex_);
  const auto found = known_.find(token);
  if (found == known_.end()) return nullptr;
  if (found->second.until > clock_.monotonic()) return found->second.owner;
  known_.erase(found);
  return nullptr;
}

void TokenCheck::ask(const std::string& token, Done done) {
  {
    const std::lock_guard guard(mutex_);
    std::vector<Done>& waiting = waiting_[token];
    waiting.push_back(std::move(done));
    if (waiting.size() > 1) return;
  }
  runtime_.spawn("token_check", run(token));
}

base::Awaitable<void> TokenCheck::run(std::string token) {
  Verdict verdict;
  base::Micros ends = 0;
  try {
    verdict = co_await ask_keystone(token, ends);
  } catch (const std::exception& error) {
    verdict.words = error.what();
  }
  if (verdict.kind == Verdict::Kind::unavailable) base::log::warn("token_not_checked words=\"{}\"", verdict.words);
  if (verdict.kind == Verdict::Kind::valid) remember(token, verdict.owner, ends);
  std::vector<Done> waiting;
  {
    const std::lock_guard guard(mutex_);
    waiting = std::move(waiting_.extract(token).mapped());
  }
  for (const Done& done : waiting) done(verdict);
}

base::Awaitable<Verdict> TokenCheck::ask_keystone(std::string token, base::Micros& ends) {
  Verdict verdict;
  for (bool renewed = false;; renewed = true) {
    Identity::Headers identity = co_await identity_.async_headers();
    if (!identity.error.empty()) {
      verdict.words = identity.error;
      co_return verdict;
    }
    http::OutRequest request;
    request.url = url_ + "?nocatalog";
    request.headers = identity.headers;
    request.headers["x-subject-token"] = token;
    request.timeout_ms = 10'000;
    request.ca_file = identity_.ca_file();
    const Answer answer = answer_of(co_await client_.async_send(std::move(request)));
    if (answer.is(401) && !renewed) {
      identity_.forget_token(identity.headers);
      continue;
    }
    const json::object* given = answer.is(200) ? token_in(answer) : nullptr;
    if (given != nullptr) {
      verdict.owner = owner_of(*given);
      ends = base::parse_iso_time(text(*given, "expires_at")).value_or(0);
      verdict.kind = ends > clock_.now() ? Verdict::Kind::valid : Verdict::Kind::invalid;
    } else if (answer.is(404)) {
      verdict.kind = Verdict::Kind::invalid;
    }
    verdict.words = answer.is(200) ? "the token has ended" : "Keystone at " + url_ + ": " + answer.words;
    co_return verdict;
  }
}

void TokenCheck::remember(const std::string& token, const TokenOwner& owner, base::Micros ends) {
  const base::Micros now = clock_.monotonic();
  const base::Micros until = now + std::min(cache_time_, ends - clock_.now());
  const std::lock_guard guard(mutex_);
  if (known_.size() >= kMostKnown) std::erase_if(known_, [&](const auto& known) { return known.second.until <= now; });
  if (known_.size() >= kMostKnown) known_.clear();
  known_[token] = {std::make_shared<const TokenOwner>(owner), until};
}

}  // namespace tricircle::remote
