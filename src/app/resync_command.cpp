#include "app/resync_command.hpp"

#include "app/waiting.hpp"

#include <iostream>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value_to.hpp>

namespace tricircle::app {
namespace {

namespace json = boost::json;

std::string text(const json::object& object, std::string_view name) {
  return json::value_to<std::string>(object.at(name));
}

// Only what has changed since the last line.
void show_progress(const json::object& resync, std::string& last) {
  std::string line = "looked at " + json::serialize(resync.at("looked_at")) + " objects in " +
                     json::serialize(resync.at("calls")) + " calls";
  if (const std::string error = text(resync, "error"); !error.empty())
    line = "the pod cannot be looked at yet: " + safe_text(error);
  if (line == last) return;
  std::cerr << line << '\n';
  last = line;
}

json::object wait_for_end(AdminClient& client, const std::string& id, std::int64_t timeout) {
  json::object resync;
  std::string line;
  const auto has_ended = [&] {
    resync = client.call("GET", "/resyncs/" + id).at("resync").as_object();
    if (!resync.at("ended_at").is_null()) return true;
    show_progress(resync, line);
    return false;
  };
  if (becomes_true(has_ended, timeout)) return resync;
  throw CommandFailed(5, "No end within " + std::to_string(timeout) + " s. The centre goes on with resync " + id + ".");
}

std::string conclusion(const json::object& resync) {
  const std::string status = text(resync, "status");
  const std::string items = json::serialize(resync.at("items"));
  const std::string takes = json::serialize(resync.at("deletions"));
  std::string words = "Nothing differs.";
  if (items != "0") {
    words = items + " differences.";
    if (status == "planned")
      words += " To put them right: --apply" + (takes == "0" ? "" : " --yes-delete " + takes) + ".";
    if (status == "applied") words += " Jobs put them right now; resync again to see that nothing is left.";
  }
  if (resync.at("under_way").to_number<std::int64_t>() > 0)
    words += " " + json::serialize(resync.at("under_way")) + " more are being worked on and were left out.";
  return words;
}

}  // namespace

void resync_pod(AdminClient& client, const ResyncAsked& asked, const Look& look) {
  const json::object body{
      {"resync", json::object{{"pod_id", asked.pod_id}, {"apply", asked.apply}, {"yes_delete", asked.yes_delete}}}};
  const std::string id = text(client.call("POST", "/resyncs", body).at("resync").as_object(), "id");
  const json::object resync = wait_for_end(client, id, asked.timeout);
  const json::array items = client.all("/resyncs/" + id + "/items", "items");
  if (look.is_json()) {
    std::cout << json::serialize(json::object{{"resync", resync}, {"items", items}}) << '\n';
  } else {
    if (!items.empty())
      std::cout << shown_list(items, {"action", "resource_type", "central_id", "local_id", "found"}, look);
    std::cerr << conclusion(resync) << '\n';
  }
  if (text(resync, "status") == "refused")
    throw CommandFailed(4, "Nothing was changed: " + text(resync, "error") + ". If that is right, say --yes-delete " +
                               json::serialize(resync.at("deletions")) + ".");
}

}  // namespace tricircle::app
