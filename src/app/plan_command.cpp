#include "app/plan_command.hpp"

#include "app/command_line.hpp"
#include "app/planned_edit.hpp"

#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>
#include <sstream>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value_to.hpp>

namespace tricircle::app {
namespace {

namespace json = boost::json;
constexpr int kRefusesSome = 4;

std::string text(const json::value& value, std::string_view name) {
  return json::value_to<std::string>(value.at(name));
}

class PlanCommands : private CommandLine {
 public:
  PlanCommands(CLI::App& policies, int& exit_code) : CommandLine(exit_code) {
    CLI::App* plan =
        command(policies, "plan", "What an edit would do in each pod; exit code 4 when a pod would refuse some of it",
                "policy plan gold change bandwidth_limit max_kbps=2000 --out edit.plan",
                [this](AdminClient& client) { make(client); });
    plan->add_option("policy", policy_, "Id or name; none: with bind, to take off what a network or port has")
        ->required();
    plan->add_option("edit", words_, std::string("One of\n  ") + kEdits)->required();
    plan->add_option("--out", file_, "Keep the plan in this file, for `policy apply`");
    CLI::App* apply = command(policies, "apply", "Make the edit of a plan, unless anything has moved since",
                              "policy apply edit.plan", [this](AdminClient& client) { carry_out(client); });
    apply->add_option("file", file_, "As `policy plan --out` has written it")->required();
  }

 private:
  void make(AdminClient& client) const {
    json::object asked{{"request", planned_edit(client, policy_, words_)}};
    const json::value answer = client.call("POST", "/plans", json::object{{"plan", asked}});
    const json::object& plan = answer.at("plan").as_object();
    if (!file_.empty()) keep({{"request", plan.at("request")}, {"apply", plan.at("fingerprint")}});
    show(answer);
    for (const json::value& pod : plan.at("pods").as_array()) {
      if (!pod.at("refusals").as_array().empty())
        throw CommandFailed(kRefusesSome, "Not every pod would take all of it.");
    }
  }

  void keep(const json::object& plan) const {
    std::ofstream file(file_);
    file << json::serialize(plan) << '\n';
    file.close();
    if (!file) throw CommandFailed(1, "The plan could not be written to " + file_ + ".");
  }

  void carry_out(AdminClient& client) const {
    std::ifstream file(file_);
    std::stringstream content;
    content << file.rdbuf();
    json::error_code unreadable;
    const json::value plan = json::parse(content.str(), unreadable);
    if (!file || unreadable || !plan.is_object() || !plan.get_object().contains("apply"))
      throw CommandFailed(1, file_ + " holds no plan.");
    show(client.call("POST", "/plans", json::object{{"plan", plan}}));
  }

  void show(const json::value& answer) const {
    if (shape().of_one_object()) return print_one(answer, "plan");
    const json::object& plan = answer.at("plan").as_object();
    const json::value& request = plan.at("request");
    const bool applied = plan.at("applied").as_bool();
    std::cout << (applied ? "Done: " : "Not done: ") << safe_text(text(request, "method")) << ' '
              << safe_text(text(request, "path")) << (applied ? " was answered " : " would be answered ")
              << plan.at("answer").at("status") << ".\n";
    json::array pods;
    for (const json::value& pod : plan.at("pods").as_array()) pods.push_back(summary(pod));
    if (pods.empty()) {
      std::cout << "No pod has it: nothing is called.\n";
      return;
    }
    std::cout << shown_list(pods, {"region_name", "state", "calls", "networks", "ports", "of_other_projects"}, shape());
    for (const json::value& pod : plan.at("pods").as_array()) tell(pod);
  }

  static json::object summary(const json::value& pod) {
    json::object row = pod.as_object();
    for (const char* list : {"calls", "networks", "ports"}) row[list] = pod.at(list).as_array().size();
    return row;
  }

  static void tell(const json::value& pod) {
    const std::string region = safe_text(text(pod, "region_name"));
    for (const json::value& value : pod.at("calls").as_array()) {
      const json::object& call = value.as_object();
      std::cout << region << "  " << safe_text(text(call, "method")) << ' ' << safe_text(text(call, "path"));
      if (const json::value* body = call.if_contains("body")) std::cout << ' ' << safe_text(json::serialize(*body));
      std::cout << '\n';
    }
    for (const json::value& words : pod.at("refusals").as_array())
      std::cout << region << "  would refuse: " << safe_text(json::value_to<std::string>(words)) << '\n';
    for (const json::value& words : pod.at("warnings").as_array())
      std::cout << region << "  beware: " << safe_text(json::value_to<std::string>(words)) << '\n';
    if (text(pod, "state") == "silent")
      std::cout << region << "  does not answer; it is called when it does. " << safe_text(text(pod, "why")) << '\n';
  }

  std::string policy_, file_;
  std::vector<std::string> words_;
};

}  // namespace

void add_plan_commands(CLI::App& policies, int& exit_code) {
  static PlanCommands commands(policies, exit_code);
}

}  // namespace tricircle::app
