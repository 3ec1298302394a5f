#include "remote/answer.hpp"

#include <boost/json/parse.hpp>

namespace tricircle::remote {
namespace {

// Neutron wraps its errors in one key; Keystone and the web server in front of it in others.
void read_error(Answer& answer) {
  const auto* body = answer.body.if_object();
  if (body == nullptr || body->empty()) return;
  const auto* error = body->begin()->value().if_object();
  if (error == nullptr) return;
  if (const auto* type = error->if_contains("type"); type != nullptr && type->is_string())
    answer.error_type = type->get_string().c_str();
  if (const auto* text = error->if_contains("message"); text != nullptr && text->is_string())
    answer.words = text->get_string().c_str();
}

}  // namespace

Answer answer_of(http::OutResponse response) {
  Answer answer{response.end, response.status, nullptr, {}, {}, std::move(response.error)};
  if (response.end != http::End::answered) return answer;
  boost::json::error_code unreadable;
  if (!response.body.empty()) answer.body = boost::json::parse(response.body, unreadable);
  if (unreadable) answer.body = nullptr;
  if (answer.status < 400) return answer;
  if (const auto found = response.headers.find("retry-after"); found != response.headers.end())
    answer.retry_after = found->second;
  answer.words = "HTTP " + std::to_string(answer.status);
  read_error(answer);
  return answer;
}

}  // namespace tricircle::remote
