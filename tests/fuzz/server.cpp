#include "server.hpp"

#include "storage/connection.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace tricircle::fuzz {
namespace {

namespace json = boost::json;

constexpr std::size_t kMostSteps = 8;
constexpr const char* kNowhere = "00000000-0000-4000-8000-000000000000";

http::Headers headers_of(char role) {
  switch (role) {
    case 'm':
      return {{"x-roles", "member"}, {"x-project-id", "p1"}};
    case 'g':
      return {{"x-roles", "manager"}, {"x-project-id", "p1"}};
    case 'n':
      return {{"x-roles", "member"}, {"x-project-id", "p2"}};
    case 'r':
      return {{"x-roles", "reader"}, {"x-project-id", "p1"}};
    case 's':
      return {{"x-roles", "service"}, {"x-project-id", "service"}};
    default:
      return {{"x-roles", "admin"}, {"x-project-id", "pa"}};
  }
}

std::string_view next_word(std::string_view& line) {
  const std::size_t space = std::min(line.find(' '), line.size());
  const std::string_view word = line.substr(0, space);
  line.remove_prefix(std::min(space + 1, line.size()));
  return word;
}

bool is_method(std::string_view text) {
  return !text.empty() && text.size() < 100 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

http::Response response_of(api::Neutron& neutron, const http::Request& request, const std::string& query) {
  try {
    http::Request whole = request;
    whole.path = http::percent_decode(request.path);
    whole.query = http::parse_query(query);
    return std::get<http::Response>(neutron.handle(whole));
  } catch (...) {
    return api::error_response(request, std::current_exception());
  }
}

}  // namespace

void broken(const std::string& promise, const Step& step, const Answer& answer) {
  std::fprintf(stderr, "BROKEN: %s\n  %sanswer: %d %s\n", promise.c_str(), text_of({step}).c_str(), answer.status,
               json::serialize(answer.body).c_str());
  std::abort();
}

std::vector<Step> parse_steps(std::string_view text) {
  std::vector<Step> steps;
  while (!text.empty() && steps.size() < kMostSteps) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty()) continue;
    Step step;
    const std::string_view role = next_word(line);
    step.role = role.empty() ? 'a' : role.front();
    step.method = next_word(line);
    if (!is_method(step.method)) continue;  // no parser of HTTP lets it through
    step.target = next_word(line);
    step.body = line;
    steps.push_back(std::move(step));
  }
  return steps;
}

std::string text_of(const std::vector<Step>& steps) {
  std::string text;
  for (const Step& step : steps) {
    text += std::string(1, step.role) + ' ' + step.method + ' ' + step.target;
    text += (step.body.empty() ? "" : " ") + step.body + '\n';
  }
  return text;
}

FuzzedServer::FuzzedServer() : neutron_(*db_, clock_, plugin_, api::caller_from_headers()) {
  storage::upgrade(*db_);
  fill();
  keep();
}

Answer FuzzedServer::call(const Step& step) {
  const std::string target = with_ids(step.target);
  const std::size_t mark = std::min(target.find('?'), target.size());
  http::Request request;
  request.method = step.method;
  request.path = target.substr(0, mark);
  request.headers = headers_of(step.role);
  request.headers["host"] = "centre:9696";
  request.body = with_ids(step.body);
  request.id = "req-fuzz";
  const http::Response response = response_of(neutron_, request, target.substr(std::min(mark + 1, target.size())));

  Answer answer{response.status, nullptr};
  if (response.status == 500) broken("never a 500", step, answer);
  boost::system::error_code error;
  if (!response.body.empty()) answer.body = json::parse(response.body, error);
  if (error) broken("an answer is JSON", step, answer);
  if (response.status >= 400 && (!answer.body.is_object() || answer.body.as_object().size() != 1))
    broken("an error has one key", step, answer);
  const std::string after = contents();
  const bool may_change = response.status < 300 && step.method != "GET";
  if (!may_change && after != before_) broken("what is refused or only read changes nothing", step, answer);
  before_ = after;
  if (response.status == 201) remember_id(answer);
  return answer;
}

void FuzzedServer::remember_id(const Answer& answer) {
  const json::object* body = answer.body.if_object();
  if (body == nullptr || body->empty()) return;
  const json::object* object = body->begin()->value().if_object();
  const json::value* id = object == nullptr ? nullptr : object->if_contains("id");
  if (id != nullptr && id->is_string()) made_.emplace_back(id->get_string());
}

void FuzzedServer::check_all_can_be_read() {
  for (const char* path : {"/v2.0/networks", "/v2.0/subnets", "/v2.0/ports", "/v2.0/qos/policies",
                           "/v2.0/rbac-policies", "/v2.0/quotas"}) {
    const Step step{'a', "GET", path, ""};
    const Answer answer = call(step);
    if (answer.status != 200) broken("what is stored can be shown", step, answer);
  }
}

std::string FuzzedServer::with_ids(std::string_view text) const {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool digit = at + 1 < text.size() && text[at + 1] >= '0' && text[at + 1] <= '9';
    if (!digit || (text[at] != '@' && text[at] != '#')) {
      out += text[at];
      continue;
    }
    const std::vector<std::string>& ids = text[at] == '@' ? there_ : made_;
    const auto index = static_cast<std::size_t>(text[++at] - '0');
    out += index < ids.size() ? ids[index] : kNowhere;
  }
  return out;
}

std::string FuzzedServer::make(char role, const std::string& path, const std::string& body) {
  const Step step{role, "POST", path, body};
  const Answer answer = call(step);
  if (answer.status != 201) broken("the objects to begin with can be made", step, answer);
  there_.push_back(std::move(made_.back()));
  made_.clear();
  return there_.back();
}

void FuzzedServer::fill() {
  make('a', "/v2.0/qos/policies", R"({"policy":{"name":"gold","project_id":"p1"}})");
  make('a', "/v2.0/qos/policies", R"({"policy":{"name":"silver","shared":true,"is_default":true}})");
  make('a', "/v2.0/qos/policies/@0/bandwidth_limit_rules", R"({"bandwidth_limit_rule":{"max_kbps":1000}})");
  make('a', "/v2.0/qos/policies/@0/dscp_marking_rules", R"({"dscp_marking_rule":{"dscp_mark":26}})");
  make('m', "/v2.0/networks", R"({"network":{"name":"one","qos_policy_id":"@0"}})");
  make('m', "/v2.0/subnets", R"({"subnet":{"network_id":"@4","ip_version":4,"cidr":"10.0.0.0/24"}})");
  make('m', "/v2.0/ports", R"({"port":{"network_id":"@4","name":"first","device_id":"vm1"}})");
  make('a', "/v2.0/networks", R"({"network":{"name":"all","shared":true,"project_id":"p2"}})");
  make('n', "/v2.0/subnets", R"({"subnet":{"network_id":"@7","ip_version":6,"cidr":"fd00::/64"}})");
  make('m', "/v2.0/ports", R"({"port":{"network_id":"@7","qos_policy_id":"@1"}})");
  call({'a', "PUT", "/v2.0/ports/@6/tags", R"({"tags":["blue","red"]})"});
  call({'a', "PUT", "/v2.0/quotas/p1", R"({"quota":{"port":5}})"});
}

void FuzzedServer::keep() {
  db_->write([&](storage::Connection& db) {
    tables_.clear();
    all_of_it_.clear();
    const auto tables = db.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'");
    for (const storage::Row& row : tables.rows()) {
      const std::string table = row.text("name");
      tables_.push_back(table);
      db.execute("CREATE TABLE kept_" + table + " AS SELECT * FROM " + table);
      std::string sums = "(SELECT COUNT(*)";
      const auto names = db.execute("SELECT name FROM pragma_table_info('" + table + "') WHERE type = 'BIGINT'");
      for (const storage::Row& column : names.rows()) sums += " || ',' || TOTAL(\"" + column.text("name") + "\")";
      all_of_it_ += (all_of_it_.empty() ? "SELECT " : " || ';' || ") + sums + " FROM " + table + ")";
    }
    all_of_it_ += " AS everything";
  });
  before_ = contents();
}

void FuzzedServer::put_back() {
  made_.clear();
  db_->write([&](storage::Connection& db) {
    db.execute("PRAGMA defer_foreign_keys = ON");
    for (const std::string& table : tables_) db.execute("DELETE FROM " + table);
    for (const std::string& table : tables_) db.execute("INSERT INTO " + table + " SELECT * FROM kept_" + table);
  });
  before_ = contents();
}

std::string FuzzedServer::contents() const {
  if (all_of_it_.empty()) return {};
  std::string everything;
  db_->read([&](storage::Connection& db) { everything = db.execute(all_of_it_).front().text("everything"); });
  return everything;
}

}  // namespace tricircle::fuzz
