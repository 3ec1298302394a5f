#include "xjob/pod_check.hpp"

#include "base/log.hpp"
#include "domain/catalogue.hpp"
#include "storage/sql.hpp"
#include "xjob/audit.hpp"
#include "xjob/copies.hpp"

#include <algorithm>
#include <set>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value_to.hpp>

namespace tricircle::xjob {
namespace {

namespace json = boost::json;
using remote::Answer;

// Somebody waits for the word that nobody answers.
constexpr base::Micros kLongestCall = 10 * base::kSecond;

struct Wanted {
  const char* extension;
  bool fatal;
  const char* words;
};
// What XJob's calls rest on, and what happens without it.
constexpr Wanted kExtensions[] = {
    {"qos", true, "it has no QoS: add qos to service_plugins in its neutron.conf, and qos to the extension drivers"},
    {"standard-attr-tag", false, "it has no tags: our copies bear none, and a resync cannot find them"},
    {"revision-if-match", false,
     "it has no If-Match: a change that somebody makes there at the same moment as we do may be overwritten"},
};

std::string text(const json::value& value, std::string_view name) {
  const json::value* found = value.is_object() ? value.get_object().if_contains(name) : nullptr;
  return found != nullptr && found->is_string() ? json::value_to<std::string>(*found) : std::string();
}

// The texts called `name` of the objects in a list.
std::set<std::string> texts_of(const Answer& answer, std::string_view list, std::string_view name) {
  std::set<std::string> texts;
  const json::object* body = answer.body.if_object();
  const json::value* found = body == nullptr ? nullptr : body->if_contains(list);
  if (found == nullptr || !found->is_array()) return texts;
  for (const json::value& one : found->get_array()) texts.insert(text(one, name));
  return texts;
}

// Where the catalogue has it.
struct Catalogued {
  bool followed = false;
  std::string service_type;
  std::string interface;
};

Catalogued catalogued(storage::Connection& db, const std::string& pod_id) {
  const auto found = db.execute("SELECT from_catalogue, service_type, interface FROM pods WHERE pod_id = ?", {pod_id});
  if (found.empty()) return {};
  const storage::Row& row = found.front();
  return {row.boolean("from_catalogue"), row.text("service_type"), row.text("interface")};
}

class Checker {
 public:
  Checker(Context& context, remote::PodAddress pod, Catalogued place)
      : context_(context), address_(std::move(pod)), known_url_(address_.neutron_url), place_(std::move(place)) {}

  base::Awaitable<void> check() {
    if ((place_.followed || address_.neutron_url.empty()) && !co_await find_url()) co_return;
    remote::PodNeutron pod = context_.neutron(address_, kLongestCall);
    if (!co_await is_neutron(pod) || !co_await has_extensions(pod)) co_return;
    co_await learn_rule_types(pod);
  }

  const remote::PodAddress& address() const { return address_; }
  const Catalogued& place() const { return place_; }
  bool has_moved() const { return address_.neutron_url != known_url_; }
  std::vector<PodProblem> problems;
  json::object rule_types;  // type -> its parameters, as the pod shows them

 private:
  base::Awaitable<bool> find_url() {
    const remote::Identity::Endpoint found =
        co_await identity().async_endpoint(address_.region_name, place_.service_type, place_.interface);
    if (!found.error.empty()) {
      fatal(found.error);
      co_return false;
    }
    address_.neutron_url = bare_url(found.url);
    co_return true;
  }

  base::Awaitable<bool> is_neutron(remote::PodNeutron& pod) {
    const Answer answer = co_await pod.versions();
    if (!answer.answered()) {
      // (An error of Keystone's comes without an answer too, and says so itself.)
      fatal(answer.words.starts_with("Keystone")
                ? answer.words
                : "Neutron at " + address_.neutron_url + " does not answer: " + answer.words);
      co_return false;
    }
    if (texts_of(answer, "versions", "id").contains("v2.0")) co_return true;
    fatal("what answers at " + address_.neutron_url + " is no Neutron of API version v2.0 (" +
          std::to_string(answer.status) + ")");
    co_return false;
  }

  base::Awaitable<bool> has_extensions(remote::PodNeutron& pod) {
    const Answer answer = co_await pod.extensions();
    if (!answer.is(200)) {
      refused(answer, "list its extensions");
      co_return false;
    }
    const std::set<std::string> there = texts_of(answer, "extensions", "alias");
    for (const Wanted& wanted : kExtensions) {
      if (!there.contains(wanted.extension)) problems.push_back({wanted.fatal, wanted.words});
    }
    co_return std::ranges::none_of(problems, &PodProblem::fatal);
  }

  base::Awaitable<void> learn_rule_types(remote::PodNeutron& pod) {
    const Answer answer = co_await pod.rule_types();
    if (!answer.is(200)) co_return refused(answer, "list its rule types");
    const std::set<std::string> there = texts_of(answer, "rule_types", "type");
    for (const std::string& type : there) {
      const Answer details = co_await pod.rule_type(type);
      // Neutron shows them to admins only, and only admins may do what XJob does.
      if (details.is(403))
        co_return fatal("its Neutron does not take " + user() + " for an admin: give it the role admin");
      if (!details.is(200)) co_return refused(details, "show its rule type " + type);
      const json::value* shown =
          details.body.is_object() ? details.body.get_object().if_contains("rule_type") : nullptr;
      const json::value* drivers =
          shown != nullptr && shown->is_object() ? shown->get_object().if_contains("drivers") : nullptr;
      rule_types[type] = drivers == nullptr ? json::value(json::array()) : *drivers;
    }
    std::string lacks;
    for (const domain::RuleType& type : domain::rule_types()) {
      if (!there.contains(std::string(type.type))) lacks += (lacks.empty() ? "" : ", ") + std::string(type.type);
    }
    if (!lacks.empty())
      problems.push_back({false, "it does not enforce " + lacks + ": such rules are left out there, and named"});
  }

  remote::Identity& identity() const { return context_.identities.of(address_.region_name); }
  std::string user() const { return identity().user().empty() ? "us" : "user " + identity().user(); }

  void fatal(std::string words) { problems.push_back({true, std::move(words)}); }

  void refused(const Answer& answer, const std::string& what) {
    if (answer.is(401)) return fatal("its Neutron takes our token for invalid: is it behind another Keystone?");
    if (answer.is(403)) return fatal("its Neutron does not let " + user() + " " + what);
    fatal("its Neutron did not " + what + ": " + answer.words);
  }

  static std::string bare_url(std::string url) {
    while (url.ends_with('/')) url.pop_back();
    if (url.ends_with("/v2.0")) url.resize(url.size() - 5);
    return url;
  }

  Context& context_;
  remote::PodAddress address_;
  std::string known_url_;
  Catalogued place_;
};

// Not over what an operator has said meanwhile.
void keep_url(storage::Connection& db, const Checker& checker, base::Micros now) {
  const std::string& id = checker.address().pod_id;
  const auto kept = db.execute(
      "UPDATE pods SET neutron_url = ? WHERE pod_id = ? AND from_catalogue AND service_type = ? AND interface = ?",
      {checker.address().neutron_url, id, checker.place().service_type, checker.place().interface});
  if (kept.affected() == 0) return;
  ask_for_audit(db, id, now);
  expect_answers_at_once(db, id, now);
}

std::int64_t asked(storage::Connection& db, const std::string& pod_id) {
  const auto found = db.execute("SELECT asked FROM pod_checks WHERE pod_id = ?", {pod_id});
  return found.empty() ? 0 : found.front().integer("asked");
}

// `answered`: what had been asked for when the check began.
void keep(storage::Connection& db, const Checker& checker, std::int64_t answered, base::Micros now) {
  const std::string& id = checker.address().pod_id;
  if (checker.has_moved()) keep_url(db, checker, now);
  json::array problems;
  for (const PodProblem& problem : checker.problems)
    problems.push_back(json::object{{"fatal", problem.fatal}, {"words", problem.words}});
  const bool well = std::ranges::none_of(checker.problems, &PodProblem::fatal);
  // What it could do when it last answered stays known.
  storage::Value types;
  if (well) types = json::serialize(checker.rule_types);
  db.execute(
      "UPDATE pod_checks SET checks = checks + 1, answered = ?, checked_at = ?, well = ?, problems = ?, rule_types = "
      "coalesce(?, "
      "rule_types) WHERE pod_id = ?",
      {answered, now, std::int64_t{well}, json::serialize(problems), types, id});
}

}  // namespace

void ask_for_pod_check(storage::Connection& db, const std::string& pod_id, base::Micros now) {
  storage::insert_if_absent(db, "pod_checks", {{"pod_id", pod_id}, {"problems", "[]"}, {"rule_types", "{}"}});
  db.execute("UPDATE pod_checks SET asked = asked + 1 WHERE pod_id = ?", {pod_id});
  engine::wake(db, {"", kCheckLane, pod_id}, now, engine::Wake::fresh_wish);
}

void expect_answers_at_once(storage::Connection& db, const std::string& pod_id, base::Micros now) {
  db.execute("UPDATE circuits SET probe_at = ? WHERE pod_id = ? AND open", {now, pod_id});
  db.execute("UPDATE circuits SET not_before = 0 WHERE pod_id = ?", {pod_id});
}

void forget_pod_check(storage::Connection& db, const std::string& pod_id) {
  db.execute("DELETE FROM pod_checks WHERE pod_id = ?", {pod_id});
}

base::Awaitable<void> run_pod_check(Context& context, engine::Lane lane) {
  const std::string pod_id = lane.key.object_id;
  struct Seen {
    std::optional<remote::PodAddress> pod;
    Catalogued place;
    std::int64_t asked = 0;
  };
  const Seen seen = co_await context.read(
      [&](storage::Connection& db) { return Seen{find_pod(db, pod_id), catalogued(db, pod_id), asked(db, pod_id)}; });
  if (!seen.pod) {
    co_await context.write([&](storage::Connection& db) {
      forget_pod_check(db, pod_id);
      engine::finish(db, lane, std::nullopt, 0);
      engine::forget(db, lane.key);
    });
    co_return;
  }
  Checker checker(context, *seen.pod, seen.place);
  co_await checker.check();
  const base::Micros now = context.clock.now();
  co_await context.write([&](storage::Connection& db) {
    keep(db, checker, seen.asked, now);
    engine::finish(db, lane, now + kCheckAgain, 0);
  });
  const std::string& region = seen.pod->region_name;
  if (checker.has_moved()) base::log::info("pod_url_found region={} url={}", region, checker.address().neutron_url);
  for (const PodProblem& problem : checker.problems)
    base::log::warn("pod_problem region={} fatal={} words=\"{}\"", region, problem.fatal, problem.words);
  context.worker.hint();
}

}  // namespace tricircle::xjob
