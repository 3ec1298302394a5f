#include "app/planned_edit.hpp"

#include <charconv>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/value_to.hpp>

namespace tricircle::app {
namespace {

namespace json = boost::json;
constexpr int kWrong = 2;
constexpr char kNone[] = "none";

[[noreturn]] void refuse(const std::string& words) {
  throw CommandFailed(kWrong, words + " An edit is one of:\n  " + kEdits);
}

json::value value_of(const std::string& text) {
  if (text == "true" || text == "false") return text == "true";
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size() && !text.empty()) return number;
  return json::value(text);
}

// A name or description may look like a number.
bool is_text(const std::string& name) {
  return name == "name" || name == "description";
}

class Words {
 public:
  Words(AdminClient& client, const std::string& policy, const std::vector<std::string>& words)
      : client_(client), policy_(policy), words_(words) {}

  json::object edit() {
    const std::string verb = next("There is no edit.");
    if (verb == "bind") return bind();
    if (policy_ == kNone) refuse("Only `bind` goes with the policy none.");
    const std::string path = "/v2.0/qos/policies/" + client_.policy_id(policy_);
    if (verb == "set") return call("PUT", path, "policy", values());
    if (verb == "delete") return call("DELETE", path);
    if (verb == "add") {
      const std::string type = next("Which type of rule?");
      return call("POST", path + "/" + type + "_rules", type + "_rule", values());
    }
    if (verb != "change" && verb != "remove") refuse("There is no edit \"" + verb + "\".");
    const auto [id, type] = rule(path);
    const std::string rule_path = path + "/" + type + "_rules/" + id;
    if (verb == "remove") return call("DELETE", rule_path);
    return call("PUT", rule_path, type + "_rule", values());
  }

 private:
  std::string next(const char* otherwise) {
    if (at_ == words_.size()) refuse(otherwise);
    return words_[at_++];
  }

  json::object values() {
    json::object values;
    for (; at_ < words_.size(); ++at_) {
      const std::string& word = words_[at_];
      const std::size_t equals = word.find('=');
      if (equals == std::string::npos || equals == 0) refuse("\"" + word + "\" is no NAME=VALUE.");
      const std::string name = word.substr(0, equals);
      const std::string text = word.substr(equals + 1);
      values[name] = is_text(name) ? json::value(text) : value_of(text);
    }
    if (values.empty()) refuse("There is no NAME=VALUE.");
    return values;
  }

  json::object call(const char* method, const std::string& path) {
    if (at_ != words_.size()) refuse("\"" + words_[at_] + "\" is one word too many.");
    return {{"method", method}, {"path", path}};
  }

  json::object call(const char* method, const std::string& path, const std::string& key, json::object values) {
    json::object made = call(method, path);
    made["body"] = json::object{{key, std::move(values)}};
    return made;
  }

  json::object bind() {
    const std::string type = next("Bind what: network or port?");
    if (type != "network" && type != "port") refuse("Policies are bound to a network or a port.");
    const std::string id = next("Which one?");
    const json::value policy = policy_ == kNone ? json::value(nullptr) : json::value(client_.policy_id(policy_));
    return call("PUT", "/v2.0/" + type + "s/" + id, type, {{"qos_policy_id", policy}});
  }

  // (id, type) of a rule of the policy that is named by its id, or by its type where there is one of it.
  std::pair<std::string, std::string> rule(const std::string& path) {
    const std::string named = next("Which rule?");
    const json::value policy = client_.neutron("GET", path).at("policy");
    std::vector<std::pair<std::string, std::string>> found;
    for (const json::value& rule : policy.at("rules").as_array()) {
      const auto id = json::value_to<std::string>(rule.at("id"));
      const auto type = json::value_to<std::string>(rule.at("type"));
      if (named == id || named == type) found.emplace_back(id, type);
    }
    if (found.empty()) throw CommandFailed(1, "The policy has no rule " + named + ".");
    if (found.size() > 1) throw CommandFailed(1, "The policy has several rules " + named + ": give the id.");
    return found.front();
  }

  AdminClient& client_;
  const std::string& policy_;
  const std::vector<std::string>& words_;
  std::size_t at_ = 0;
};

}  // namespace

json::object planned_edit(AdminClient& client, const std::string& policy, const std::vector<std::string>& words) {
  return Words(client, policy, words).edit();
}

}  // namespace tricircle::app
