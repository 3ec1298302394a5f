#include "app/pod_check_command.hpp"

#include "app/table_printer.hpp"

#include <chrono>
#include <iostream>
#include <thread>

#include <boost/json/object.hpp>
#include <boost/json/value_to.hpp>

namespace tricircle::app {
namespace {

namespace json = boost::json;
using std::chrono::steady_clock;
constexpr auto kLookAgain = std::chrono::milliseconds(100);
constexpr int kNotInTime = 5;
constexpr int kUnfit = 6;

std::int64_t checks_of(const json::value& answer) {
  return answer.at("check").at("checks").to_number<std::int64_t>();
}

}  // namespace

json::value pod_check(AdminClient& client, const std::string& pod_id, std::int64_t timeout_seconds) {
  const std::string path = "/pods/" + pod_id + "/check";
  const std::int64_t before = checks_of(client.call("POST", path));
  const auto until = steady_clock::now() + std::chrono::seconds(timeout_seconds);
  for (;;) {
    json::value now = client.call("GET", path);
    if (checks_of(now) > before) return now;
    if (steady_clock::now() > until)
      throw CommandFailed(kNotInTime, "The pod is known, and was not looked at within " +
                                          std::to_string(timeout_seconds) + " s. Is XJob running?");
    std::this_thread::sleep_for(kLookAgain);
  }
}

void tell_problems(const json::value& answer, std::ostream& out) {
  const json::object& check = answer.at("check").as_object();
  const std::string region = safe_text(json::value_to<std::string>(check.at("region_name")));
  for (const json::value& problem : check.at("problems").as_array()) {
    out << region << (problem.at("fatal").as_bool() ? ": " : ", to know: ")
        << safe_text(json::value_to<std::string>(problem.at("words"))) << '\n';
  }
  if (!check.at("well").as_bool())
    throw CommandFailed(kUnfit, "No policy can be kept true in " + region +
                                    " as it is. Put it right, then: tricircle pod check " + region);
}

}  // namespace tricircle::app
