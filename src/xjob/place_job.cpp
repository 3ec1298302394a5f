#include "xjob/place_job.hpp"

#include "base/fault.hpp"
#include "domain/subnet.hpp"
#include "storage/sql.hpp"
#include "xjob/address_blocks.hpp"
#include "xjob/binding_job.hpp"
#include "xjob/copies.hpp"
#include "xjob/intents.hpp"
#include "xjob/leaving.hpp"
#include "xjob/place_wish.hpp"
#include "xjob/placements.hpp"

#include <algorithm>

#include <boost/json/value_to.hpp>

namespace tricircle::xjob {
namespace {

namespace json = boost::json;
using domain::Record;
using engine::RunFailed;

struct Situation {
  std::optional<remote::PodAddress> pod;
  std::optional<Placement> placement;
  std::optional<PlaceWish> wish;
  std::optional<std::string> routed;      // what the object is tied to there
  std::optional<std::string> network_id;  // the pod's, of a port
};

Situation look(Connection& db, const engine::LaneKey& lane) {
  const std::string type = lane.kind == kPlaceNetworkLane ? kNetwork : kPort;
  Situation now;
  now.pod = find_pod(db, lane.pod_id);
  now.placement = find_placement(db, type, lane.object_id, lane.pod_id);
  now.wish = find_place_wish(db, type, lane.object_id);
  now.routed = local_id(db, type, lane.object_id, lane.pod_id);
  if (type == kPort && now.wish) now.network_id = local_id(db, kNetwork, now.wish->network_id, lane.pod_id);
  if (is_leaving(db, lane.pod_id)) now.pod.reset();
  return now;
}

bool shows(const json::object& object, std::string_view name, const std::string& text) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && *value == json::value(text);
}

// The pod has said no, with its words: another try would get the same answer.
struct Refused : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class PlaceRun {
 public:
  PlaceRun(Context& context, const engine::Lane& lane, Situation seen)
      : context_(context),
        lane_(lane),
        pod_(context.neutron(*seen.pod)),
        placement_(std::move(*seen.placement)),
        wish_(std::move(seen.wish)),
        routed_(seen.routed.value_or("")),
        network_id_(seen.network_id.value_or("")),
        project_(placement_.project_id) {}

  base::Awaitable<void> run() {
    std::string words;
    std::exception_ptr failure;
    try {
      co_await (wish_ ? bring() : take_away());
    } catch (const Refused& refused) {
      words = refused.what();
    } catch (const RunFailed& failed) {
      words = failed.what();
      failure = std::current_exception();
    }
    if (gone_) co_return;
    placement_.last_error = words;
    if (!words.empty()) placement_.state = failure ? kPending : kRefused;
    if (!failure) co_return co_await record();
    co_await save();
    std::rethrow_exception(failure);
  }

 private:
  base::Awaitable<void> bring() {
    const std::string& type = placement_.type;
    if (type == kPort) wish_->object["network_id"] = network_of_port();
    co_await bring_one(type, placement_.central_id, wish_->object, placement_.made, placement_.local_id);
    if (type == kNetwork) co_await bring_subnets();
    placement_.state = kInSync;
  }

  std::string network_of_port() const {
    if (!network_id_.empty()) return network_id_;
    throw RunFailed(RunFailed::Why::held, "its network is not in the region");
  }

  // `made` and `local`: what the pod has been told of the object, and how it calls it.
  base::Awaitable<void> bring_one(std::string type, std::string central, Record wish, Record& made,
                                  std::string& local) {
    if (local.empty()) {
      std::string there = co_await found(type, central, project_);
      if (type != kSubnet && !routed_.empty() && routed_ != there) throw tied_to(routed_);
      local = std::move(there);  // then all is told anew, for the centre may have changed since
      if (local.empty()) {
        local = co_await make(type, central, wish);
        made = wish;
      }
      const std::string other = co_await tie(type, central, local);
      if (!other.empty()) {
        co_await remove(type, std::exchange(local, {}));
        made.clear();
        throw tied_to(other);
      }
    }
    // An earlier PUT whose end was not seen may have come after a newer one.
    Record changes = changes_of(type, wish, lane_.uncertain() ? Record() : made);
    if (changes.empty()) co_return;
    const remote::Answer answer = co_await pod_.update_object(type, local, changes);
    context_.check_answer(answer, true);
    if (!answer.ok()) throw Refused("the region refuses a change of its " + type + ": " + answer.words);
    for (const auto& [name, value] : changes) made[name] = value;
  }

  static Refused tied_to(const std::string& local) { return Refused("the region has it already, tied to " + local); }

  // What was sent before may still arrive.
  void check_nothing_is_under_way() const {
    if (lane_.still_uncertain_until() == 0) return;
    throw RunFailed(RunFailed::Why::again, "the end of an earlier try was not seen", lane_.uncertain_until,
                    lane_.uncertain_until);
  }

  base::Awaitable<std::string> make(std::string type, std::string central, Record wish) {
    check_nothing_is_under_way();
    wish["description"] = place_mark(central);
    co_await context_.write([&](Connection& db) { engine::confirm(db, lane_); });
    const remote::Answer answer = co_await pod_.create_object(type, std::move(wish));
    context_.check_answer(answer, true);
    if (!answer.ok()) throw Refused("the region refuses the " + type + ": " + answer.words);
    base::fault_point("placed");
    co_return json::value_to<std::string>(answer.body.at(type).at("id"));
  }

  // By its description, which anybody may write there, but for the project's own users not in this project.
  base::Awaitable<std::string> found(std::string type, std::string central, std::string project) {
    remote::Listed marked{
        "/v2.0/" + type + "s", {"id", "description", "project_id"}, "description", {place_mark(central)}, "", false};
    const remote::Answer answer = co_await pod_.page_of(std::move(marked), "", 2);
    context_.check_answer(answer, false);
    const json::object* body = answer.body.if_object();
    const json::value* list = body == nullptr ? nullptr : body->if_contains(type + "s");
    if (!answer.is(200) || list == nullptr || !list->is_array())
      throw RunFailed(RunFailed::Why::again, "the region does not list its " + type + "s: " + answer.words);
    const json::array& objects = list->get_array();
    for (const json::value& one : objects) {
      const json::object* object = one.if_object();
      if (object != nullptr && shows(*object, "description", place_mark(central)) &&
          shows(*object, "project_id", project))
        co_return json::value_to<std::string>(object->at("id"));
    }
    co_return std::string();
  }

  // What the object is tied to instead, when somebody was faster; '' = to this.
  base::Awaitable<std::string> tie(std::string type, std::string central, std::string local) {
    const base::Micros now = context_.clock.now();
    std::string other;
    co_await context_.write([&](Connection& db) {
      engine::confirm(db, lane_);
      save_placement(db, placement_);
      other.clear();
      if (type == kSubnet) return tie_subnet(db, central, local, now);
      if (!find_place_wish(db, type, central)) return;  // deleted since: the next run takes it away
      add_routing(db, type, central, local, lane_.key.pod_id, now);
      if (type == kNetwork) wake_ports_on(db, central, lane_.key.pod_id, now);
      const std::string tied = local_id(db, type, central, lane_.key.pod_id).value_or("");
      if (tied != local) other = tied;
    });
    co_return other;
  }

  void tie_subnet(Connection& db, const std::string& central, const std::string& local, base::Micros now) const {
    storage::insert_if_absent(db, "resource_routings",
                              {{"central_id", central},
                               {"local_id", local},
                               {"pod_id", lane_.key.pod_id},
                               {"project_id", json::value_to<std::string>(wish_->object.at("project_id"))},
                               {"resource_type", kSubnet},
                               {"created_at", now},
                               {"updated_at", now}});
  }

  base::Awaitable<void> bring_subnets() {
    Record& made = subnets_made();
    for (const auto& [central, wish] : wish_->subnets) {
      Record whole = wish;
      whole["allocation_pools"] = co_await pools_of(central);
      if (!made.contains(central)) made[central] = Record();
      Record told = made.at(central).as_object();
      std::string local = told.contains("id") ? json::value_to<std::string>(told.at("id")) : std::string();
      whole["network_id"] = placement_.local_id;
      co_await bring_one(kSubnet, central, std::move(whole), told, local);
      told["id"] = local;
      made[central] = std::move(told);
    }
    co_await take_subnets_away();
  }

  Record& subnets_made() {
    if (!placement_.made.contains("subnets")) placement_.made["subnets"] = Record();
    return placement_.made.at("subnets").as_object();
  }

  // A part of the centre's pools, so that what the pod gives out is not given twice.
  base::Awaitable<json::array> pools_of(std::string subnet_id) {
    json::array pools;
    co_await context_.write([&](Connection& db) {
      engine::confirm(db, lane_);
      pools.clear();
      const CentralPools central = find_pools(db, subnet_id);
      if (central.shared) {
        pools = central.pools;
        return;
      }
      for (const domain::AddressRange& block :
           ensure_blocks(db, subnet_id, domain::pools_in(central.pools), lane_.key.pod_id))
        pools.push_back(json::object{{"start", domain::to_text(block.first)}, {"end", domain::to_text(block.last)}});
    });
    if (pools.empty()) throw Refused("the centre has no addresses left in subnet " + subnet_id);
    co_return pools;
  }

  base::Awaitable<void> take_subnets_away() {
    std::vector<std::string> gone;
    for (const auto& [central, made] : subnets_made()) {
      const auto is_it = [&](const auto& subnet) { return subnet.first == std::string_view(central); };
      if (std::ranges::none_of(wish_->subnets, is_it)) gone.emplace_back(central);
    }
    for (const std::string& central : gone) {
      const Record one = subnets_made().at(central).as_object();
      if (one.contains("id")) co_await remove(kSubnet, json::value_to<std::string>(one.at("id")));
      subnets_made().erase(central);
      co_await context_.write([&](Connection& db) {
        engine::confirm(db, lane_);
        delete_routing(db, kSubnet, central, lane_.key.pod_id);
        save_placement(db, placement_);
      });
    }
  }

  // Of an object that the centre has not any more.
  base::Awaitable<void> take_away() {
    if (placement_.local_id.empty()) {
      placement_.local_id = co_await found(placement_.type, placement_.central_id, project_);
      if (placement_.local_id.empty()) check_nothing_is_under_way();
    }
    if (!placement_.local_id.empty()) co_await remove(placement_.type, placement_.local_id);
    co_await context_.write([&](Connection& db) {
      engine::finish(db, lane_, std::nullopt, 0);
      forget_placement(db, placement_.type, placement_.central_id, placement_.pod_id);
      for (const auto& [central, made] : subnets_made())
        delete_routing(db, kSubnet, std::string(central), placement_.pod_id);
      engine::forget(db, lane_.key);
    });
    gone_ = true;
  }

  base::Awaitable<void> remove(std::string type, std::string local) {
    const remote::Answer answer = co_await pod_.delete_object(type, local);
    context_.check_answer(answer, true);
    if (answer.ok() || answer.is(404)) co_return;
    throw RunFailed(RunFailed::Why::held, "the region does not let go of its " + type + ": " + answer.words);
  }

  base::Awaitable<void> save() {
    co_await context_.write([&](Connection& db) {
      engine::confirm(db, lane_);
      save_placement(db, placement_);
    });
  }

  base::Awaitable<void> record() {
    const base::Micros uncertain = lane_.still_uncertain_until();
    co_await context_.write([&](Connection& db) {
      save_placement(db, placement_);
      engine::finish(db, lane_, uncertain == 0 ? std::nullopt : std::optional(uncertain), uncertain);
    });
    context_.worker.hint();
  }

  Context& context_;
  const engine::Lane& lane_;
  remote::PodNeutron pod_;
  Placement placement_;
  std::optional<PlaceWish> wish_;
  std::string routed_;
  std::string network_id_;
  std::string project_;
  bool gone_ = false;
};

}  // namespace

base::Awaitable<void> run_placement(Context& context, engine::Lane lane) {
  Situation now = co_await context.read([&](Connection& db) { return look(db, lane.key); });
  if (!now.pod || !now.placement) {
    co_await context.write([&](Connection& db) {
      engine::finish(db, lane, std::nullopt, 0);
      engine::forget(db, lane.key);
    });
    co_return;
  }
  PlaceRun run(context, lane, std::move(now));
  co_await run.run();
}

}  // namespace tricircle::xjob
