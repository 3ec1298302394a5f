// Two calls at two centres on two nodes of one cluster, at the same moment: whatever the moment, it ends as if one had
// come after the other. One call is stopped after each of its statements in turn, the other runs whole meanwhile. Only
// where TRICIRCLE_TEST_MARIADB names a database: on SQLite one writes at a time.
#include "api/admin.hpp"
#include "api/central_plugin.hpp"
#include "api/test_server.hpp"
#include "storage/sql.hpp"
#include "storage/test_mariadb.hpp"
#include "xjob/service.hpp"

#include <future>
#include <set>

#include <gmock/gmock.h>

namespace tricircle::api {
namespace {

using storage::Connection;

constexpr char kPod[] = "00000000-0000-4000-8000-0000000000a1";

// A store whose next write stops once, after its `stop_after`-th statement, and calls `meanwhile`.
class StoppingStore final : public storage::Database {
 public:
  explicit StoppingStore(Database& inner) : inner_(inner) {}
  void read(const Work& work) override { inner_.read(work); }
  void write(const Work& work) override {
    inner_.write([&](Connection& db) {
      Stopping stopping(db, *this);
      work(stopping);
    });
  }

  int stop_after = 0;  // 0 = never
  std::function<void()> meanwhile;
  bool stopped = false;

 private:
  class Stopping final : public Connection {
   public:
    Stopping(Connection& inner, StoppingStore& store) : inner_(inner), store_(store) {}
    storage::Dialect dialect() const override { return inner_.dialect(); }
    bool in_transaction() const override { return inner_.in_transaction(); }
    storage::Result execute(std::string_view sql, std::span<const storage::Value> parameters) override {
      storage::Result result = inner_.execute(sql, parameters);
      if (++statements_ == store_.stop_after && !std::exchange(store_.stopped, true)) store_.meanwhile();
      return result;
    }

   private:
    Connection& inner_;
    StoppingStore& store_;
    int statements_ = 0;
  };
  Database& inner_;
};

struct NoNetwork final : http::Client {
  void send(http::OutRequest, std::function<void(http::OutResponse)> done) override { done({}); }
};

// One machine: a centre on a node of its own.
class Machine {
 public:
  Machine(const storage::MariadbPlace& place, const base::Clock& clock)
      : database_(place, 2),
        store(database_),
        service_(runtime_, store, clock, network_, remote::Logins{}, {}, {}, {}),
        plugin_(service_.context(), clock, {0, false}, [] {}),
        neutron_(store, clock, plugin_, caller_from_headers()),
        admin_(store, clock, caller_from_headers(), [] {}) {}

  Answer call(const std::string& method, const std::string& path, const std::string& body) {
    http::Request request;
    request.method = method;
    request.path = path;
    request.headers = {{"host", "centre:9696"}, {"x-roles", "service,admin"}};
    request.body = body;
    return finished(request,
                    [&] { return path.starts_with("/v1.0") ? admin_.handle(request) : neutron_.handle(request); });
  }

 private:
  base::Runtime runtime_{1};
  NoNetwork network_;
  storage::MariadbDatabase database_;

 public:
  StoppingStore store;

 private:
  xjob::Service service_;
  CentralPlugin plugin_;
  Neutron neutron_;
  Admin admin_;
};

struct Ids {
  std::string policy, other_policy, rule, network, port;
};

using Act = Answer (*)(Machine&, const Ids&);

struct Deed {
  const char* name;
  Act act;
};

std::string text_of(const std::string& id) {
  return '"' + id + '"';
}

Answer routing(Machine& at, const std::string& type, const std::string& id) {
  return at.call("POST", "/v1.0/routings",
                 R"({"routing":{"top_id":)" + text_of(id) + R"(,"bottom_id":)" + text_of(id) + R"(,"pod_id":)" +
                     text_of(kPod) + R"(,"project_id":"admin","resource_type":)" + text_of(type) + "}}");
}

constexpr Deed kAssociatesNetwork{"TheNetworkIsGivenThePolicy", [](Machine& at, const Ids& ids) {
                                    return at.call("PUT", "/v2.0/networks/" + ids.network,
                                                   R"({"network":{"qos_policy_id":)" + text_of(ids.policy) + "}}");
                                  }};
constexpr Deed kFreesNetwork{"TheNetworkGivesItUp", [](Machine& at, const Ids& ids) {
                               return at.call("PUT", "/v2.0/networks/" + ids.network,
                                              R"({"network":{"qos_policy_id":null}})");
                             }};
constexpr Deed kNetworkAppears{"TheNetworkAppearsInAPod",
                               [](Machine& at, const Ids& ids) { return routing(at, "network", ids.network); }};
constexpr Deed kAssociatesPort{"ThePortIsGivenThePolicy", [](Machine& at, const Ids& ids) {
                                 return at.call("PUT", "/v2.0/ports/" + ids.port,
                                                R"({"port":{"qos_policy_id":)" + text_of(ids.policy) + "}}");
                               }};
constexpr Deed kPortAppears{"ThePortAppearsInAPod",
                            [](Machine& at, const Ids& ids) { return routing(at, "port", ids.port); }};
constexpr Deed kEditsRule{"TheRuleIsEdited", [](Machine& at, const Ids& ids) {
                            return at.call("PUT",
                                           "/v2.0/qos/policies/" + ids.policy + "/bandwidth_limit_rules/" + ids.rule,
                                           R"({"bandwidth_limit_rule":{"max_kbps":2000}})");
                          }};
constexpr Deed kRenamesPolicy{"ThePolicyIsRenamed", [](Machine& at, const Ids& ids) {
                                return at.call("PUT", "/v2.0/qos/policies/" + ids.policy,
                                               R"({"policy":{"name":"silver"}})");
                              }};
constexpr Deed kDeletesPolicy{"ThePolicyIsDeleted", [](Machine& at, const Ids& ids) {
                                return at.call("DELETE", "/v2.0/qos/policies/" + ids.policy, "");
                              }};
constexpr Deed kDeletesNetwork{"TheNetworkIsDeleted", [](Machine& at, const Ids& ids) {
                                 return at.call("DELETE", "/v2.0/networks/" + ids.network, "");
                               }};

struct Pair {
  std::vector<Deed> before;
  Deed one, other;

  friend void PrintTo(const Pair& pair, std::ostream* out) { *out << pair.one.name << " while " << pair.other.name; }
};

class InterleavingTest : public testing::TestWithParam<Pair> {
 protected:
  // A cloud of its own in the state from which both begin.
  void begin() {
    here_.reset();
    there_.reset();
    store_.emplace(storage::TestMariadb::Tables::emptied);
    storage::upgrade(*store_);
    storage::MariadbPlace place = store_->place();
    here_.emplace(place, clock_);
    std::ranges::reverse(place.hosts);
    there_.emplace(place, clock_);
    make_ids();
    for (const Deed& deed : GetParam().before) ASSERT_LT(deed.act(*here_, ids_).status, 300) << deed.name;
  }

  // What both have left: all that decides what XJob does, by names that do not depend on chance.
  std::string ending(int one, int other) {
    std::string text = std::to_string(one) + " " + std::to_string(other) + "\n";
    const auto add = [&](Connection& db, const char* sql) {
      const auto found = db.execute(sql);
      for (const storage::Row& row : found.rows()) text += row.text("line") + "\n";
    };
    there_->store.read([&](Connection& db) {
      text.resize(text.find('\n') + 1);
      add(db, "SELECT 'policy ' || name || intent AS line FROM qos_policies ORDER BY 1");
      add(db, "SELECT 'network ' || coalesce(qos_policy_id, '-') || intent AS line FROM networks ORDER BY 1");
      add(db, "SELECT 'port ' || coalesce(qos_policy_id, '-') || intent AS line FROM ports ORDER BY 1");
      add(db, "SELECT 'routing ' || resource_type || central_id AS line FROM resource_routings ORDER BY 1");
      add(db, "SELECT 'copy ' || policy_id || state || intent AS line FROM copies ORDER BY 1");
      add(db, "SELECT 'binding ' || central_id || policy_id || state || intent AS line FROM bindings ORDER BY 1");
      add(db, "SELECT 'lane ' || kind || object_id || (due_at IS NULL) AS line FROM lanes ORDER BY 1");
      add(db,
          "SELECT 'job ' || type || object_id || wanted || status || count(*) AS line FROM shown_jobs GROUP BY "
          "type, object_id, wanted, status ORDER BY 1");
    });
    return named(std::move(text));
  }

  std::string one_after_the_other(bool one_first) {
    begin();
    int one = 0;
    int other = 0;
    if (one_first) one = GetParam().one.act(*here_, ids_).status;
    other = GetParam().other.act(*there_, ids_).status;
    if (!one_first) one = GetParam().one.act(*here_, ids_).status;
    return ending(one, other);
  }

  // nullopt: the call has no such statement.
  std::optional<std::string> with_the_other_after(int statement) {
    begin();
    std::future<int> other;
    here_->store.stop_after = statement;
    here_->store.stopped = false;
    here_->store.meanwhile = [&] {
      other = std::async(std::launch::async, [&] { return GetParam().other.act(*there_, ids_).status; });
      // On one server it may wait for a row of ours: then it goes on after us.
      other.wait_for(std::chrono::milliseconds(500));
    };
    const int one = GetParam().one.act(*here_, ids_).status;
    if (!here_->store.stopped) return std::nullopt;
    return ending(one, other.get());
  }

 private:
  std::string made(const std::string& path, const std::string& body) {
    const Answer answer = here_->call("POST", path, body);
    EXPECT_EQ(answer.status, 201) << boost::json::serialize(answer.body);
    return answer.id();
  }

  void make_ids() {
    here_->store.write([](Connection& db) {
      storage::insert(db, "pods",
                      {{"pod_id", kPod},
                       {"region_name", "RegionOne"},
                       {"az_name", "az1"},
                       {"dc_name", ""},
                       {"pod_az_name", ""},
                       {"neutron_url", "http://127.0.0.1:1"},
                       {"embedded", std::int64_t{0}},
                       {"created_at", std::int64_t{1}}});
    });
    ids_.policy = made("/v2.0/qos/policies", R"({"policy":{"name":"gold"}})");
    ids_.rule = made("/v2.0/qos/policies/" + ids_.policy + "/bandwidth_limit_rules",
                     R"({"bandwidth_limit_rule":{"max_kbps":1000}})");
    ids_.network = made("/v2.0/networks", R"({"network":{"name":"net"}})");
    ids_.port = made("/v2.0/ports", R"({"port":{"network_id":)" + text_of(ids_.network) + "}}");
  }

  std::string named(std::string text) const {
    for (const auto& [id, name] :
         {std::pair(ids_.policy, "POLICY "), std::pair(ids_.network, "NETWORK "), std::pair(ids_.port, "PORT ")}) {
      for (std::size_t at = text.find(id); at != std::string::npos; at = text.find(id))
        text.replace(at, id.size(), name);
    }
    return text;
  }

  base::TestClock clock_;
  std::optional<storage::TestMariadb> store_;
  std::optional<Machine> here_, there_;
  Ids ids_;
};

TEST_P(InterleavingTest, EndsAsIfOneHadComeAfterTheOther) {
  const std::set<std::string> expected{one_after_the_other(true), one_after_the_other(false)};
  int statement = 1;
  for (std::optional<std::string> ending; (ending = with_the_other_after(statement)); ++statement)
    EXPECT_THAT(expected, testing::Contains(*ending)) << "the other came after statement " << statement;
  EXPECT_GT(statement, 3) << "it was never stopped";
}

std::vector<Pair> pairs() {
  if (storage::test_mariadb_url().empty()) return {};
  const std::vector<Pair> half{
      {{}, kAssociatesNetwork, kNetworkAppears},
      {{}, kAssociatesPort, kPortAppears},
      {{kAssociatesNetwork}, kFreesNetwork, kNetworkAppears},
      {{kAssociatesNetwork}, kEditsRule, kNetworkAppears},
      {{kAssociatesNetwork}, kRenamesPolicy, kNetworkAppears},
      {{kNetworkAppears}, kAssociatesNetwork, kEditsRule},
      {{kNetworkAppears}, kAssociatesNetwork, kDeletesPolicy},
      {{kNetworkAppears}, kAssociatesNetwork, kAssociatesPort},
      {{}, kDeletesNetwork, kNetworkAppears},
      {{kAssociatesNetwork, kNetworkAppears}, kEditsRule, kRenamesPolicy},
  };
  std::vector<Pair> all = half;
  for (const Pair& pair : half) all.push_back({pair.before, pair.other, pair.one});
  return all;
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(InterleavingTest);
INSTANTIATE_TEST_SUITE_P(Pairs, InterleavingTest, testing::ValuesIn(pairs()), [](const auto& info) {
  std::string name = std::string(info.param.one.name) + "_";
  for (const Deed& deed : info.param.before) name += "after" + std::string(deed.name) + "_";
  return name + "while" + info.param.other.name;
});

}  // namespace
}  // namespace tricircle::api
