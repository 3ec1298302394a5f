#include "app/import_command.hpp"

#include "app/waiting.hpp"

#include <chrono>
#include <iostream>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value_to.hpp>

namespace tricircle::app {
namespace {

namespace json = boost::json;
using std::chrono::steady_clock;
constexpr int kNotInTime = 5;

std::string text(const json::object& object, std::string_view name) {
  return json::value_to<std::string>(object.at(name));
}

std::int64_t number(const json::value& object, std::string_view name) {
  return object.at(name).to_number<std::int64_t>();
}

json::array texts(const std::vector<std::string>& list) {
  json::array array;
  for (const std::string& one : list) array.emplace_back(one);
  return array;
}

// Only what has changed since the last line.
void tell(const std::string& line, std::string& last) {
  if (line == last) return;
  std::cerr << line << '\n';
  last = line;
}

std::string look_so_far(const json::object& import) {
  std::string line;
  for (const json::value& pod : import.at("pods").as_array()) {
    const std::string region = safe_text(text(pod.as_object(), "region_name"));
    const std::string error = safe_text(text(pod.as_object(), "error"));
    if (!line.empty()) line += "; ";
    line += region + ": ";
    line += error.empty() ? "looked at " + std::to_string(number(pod, "looked_at")) + " objects in " +
                                std::to_string(number(pod, "calls")) + " calls"
                          : "cannot be looked at yet: " + error;
  }
  return line;
}

json::object planned(AdminClient& client, const std::string& id, std::int64_t timeout) {
  json::object import;
  std::string line;
  const auto is_planned = [&] {
    import = client.call("GET", "/imports/" + id).at("import").as_object();
    tell(look_so_far(import), line);
    return !import.at("planned_at").is_null();
  };
  if (becomes_true(is_planned, timeout)) return import;
  throw CommandFailed(kNotInTime,
                      "No plan within " + std::to_string(timeout) + " s. The centre goes on with import " + id + ".");
}

// Each call does some of it.
json::object applied(AdminClient& client, const std::string& id, std::int64_t timeout) {
  const auto until = steady_clock::now() + std::chrono::seconds(timeout);
  for (std::string line;;) {
    json::object import = client.call("POST", "/imports/" + id + "/apply").at("import").as_object();
    if (const std::int64_t left = number(import.at("items"), "to_do"); left > 0)
      tell(std::to_string(left) + " of the plan are still to be done", line);
    if (text(import, "status") == "applied") return import;
    if (steady_clock::now() > until)
      throw CommandFailed(kNotInTime, "Not all is done within " + std::to_string(timeout) + " s. Say it again.");
  }
}

// With their networks' lines it is told how many they are.
bool is_told_already(const json::object& item) {
  const std::string type = text(item, "resource_type");
  return text(item, "action") == "adopt" && text(item, "state") != "skipped" && (type == "subnet" || type == "port");
}

void show_plan(const json::array& items, const Look& look) {
  json::array shown;
  for (const json::value& item : items) {
    if (!is_told_already(item.as_object())) shown.push_back(item);
  }
  if (shown.empty()) return;
  std::cout << shown_list(
      shown,
      {"action", "resource_type", "region_name", "name", "local_id", "central_id", "policy_id", "found", "state"},
      look);
}

std::string conclusion(const json::object& import) {
  const json::value& items = import.at("items");
  const std::int64_t to_do = number(items, "to_do");
  const std::int64_t done = number(items, "done");
  const std::int64_t skipped = number(items, "skipped");
  if (to_do + done + skipped == 0) return "Nothing is to be imported, and nothing was changed.";
  if (to_do > 0) return std::to_string(to_do) + " are to be imported. To do it: --apply.";
  std::string words = std::to_string(done) + " imported.";
  if (skipped > 0) words += " " + std::to_string(skipped) + " were skipped: the centre had changed meanwhile.";
  return words;
}

}  // namespace

void import_from_pods(AdminClient& client, const ImportWanted& wanted, const Look& look) {
  std::vector<std::string> pods;
  for (const std::string& pod : wanted.pods) pods.push_back(client.pod_id(pod));
  const json::object asked{{"pods", texts(pods)}, {"what", texts(wanted.what)}, {"networks", texts(wanted.networks)}};
  const std::string id =
      text(client.call("POST", "/imports", json::object{{"import", asked}}).at("import").as_object(), "id");
  json::object import = planned(client, id, wanted.timeout);
  if (wanted.apply) import = applied(client, id, wanted.timeout);
  const json::array items = client.all("/imports/" + id + "/items", "items");
  if (look.is_json()) {
    std::cout << json::serialize(json::object{{"import", import}, {"items", items}}) << '\n';
    return;
  }
  show_plan(items, look);
  std::cerr << conclusion(import) << '\n';
}

}  // namespace tricircle::app
