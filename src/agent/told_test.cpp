#include "agent/told.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>

namespace tricircle::agent {
namespace {

namespace json = boost::json;

std::string notification(const std::string& event, const std::string& payload) {
  const std::string message = R"({"event_type":")" + event + R"(","payload":)" + payload + "}";
  return json::serialize(json::object{{"oslo.version", "2.0"}, {"oslo.message", message}});
}

constexpr char kBound[] = R"({"port":{"id":"p1","network_id":"n1","project_id":"demo","name":"vm",
  "mac_address":"fa:16:3e:00:00:01","device_id":"i1","device_owner":"compute:nova","binding:host_id":"host-1",
  "created_at":"2026-11-22T15:11:08Z","revision_number":4,"admin_state_up":false,
  "fixed_ips":[{"subnet_id":"s1","ip_address":"10.0.0.5","more":1}]}})";

TEST(Notification, OfAPortTellsWhatItIsLike) {
  const std::vector<Told> news = read_notification(notification("port.update.end", kBound));
  ASSERT_EQ(news.size(), 1u);
  EXPECT_EQ(news[0].type, "port");
  EXPECT_EQ(news[0].id, "p1");
  const LocalPort& port = news[0].port.value();
  EXPECT_EQ(port.network_id, "n1");
  EXPECT_EQ(port.host, "host-1");
  EXPECT_EQ(port.device_owner, "compute:nova");
  EXPECT_EQ(port.revision, 4);
  EXPECT_FALSE(port.admin_state_up);
  EXPECT_EQ(json::serialize(port.fixed_ips), R"([{"subnet_id":"s1","ip_address":"10.0.0.5"}])");
}

TEST(Notification, OfATenantsCallDoesNotSayThatThereIsNoHost) {
  const auto news = read_notification(notification("port.create.end", R"({"port":{"id":"p1","network_id":"n1"}})"));
  ASSERT_EQ(news.size(), 1u);
  EXPECT_EQ(news[0].port->host, std::nullopt);
  const auto unbound = read_notification(
      notification("port.update.end", R"({"port":{"id":"p1","network_id":"n1","binding:host_id":""}})"));
  EXPECT_EQ(unbound.at(0).port->host, "");
}

TEST(Notification, OfABulkCallTellsOfEachPort) {
  const auto news = read_notification(
      notification("port.create.end", R"({"ports":[{"id":"p1","network_id":"n1"},{"id":"p2","network_id":"n1"}]})"));
  ASSERT_EQ(news.size(), 2u);
  EXPECT_EQ(news[1].id, "p2");
}

TEST(Notification, OfADeleteTellsThatItIsGone) {
  const auto port =
      read_notification(notification("port.delete.end", R"({"port_id":"p1","port":{"id":"p1","network_id":"n1"}})"));
  ASSERT_EQ(port.size(), 1u);
  EXPECT_TRUE(port[0].gone());
  EXPECT_EQ(port[0].id, "p1");
  const auto network = read_notification(notification("network.delete.end", R"({"network_id":"n1"})"));
  ASSERT_EQ(network.size(), 1u);
  EXPECT_EQ(network[0].type, "network");
}

TEST(Notification, OfANetworkTellsNameOwnerAndTags) {
  const auto news = read_notification(notification(
      "network.create.end", R"({"network":{"id":"n1","project_id":"demo","name":"blue","tags":["a",7]}})"));
  ASSERT_EQ(news.size(), 1u);
  EXPECT_EQ(news[0].network->name, "blue");
  EXPECT_THAT(news[0].network->tags, testing::ElementsAre("a"));
}

TEST(Notification, ThatSaysNothingOfWhatHasEndedIsNoNews) {
  for (const std::string& body :
       {notification("port.create.start", kBound), notification("port.update.error", kBound),
        notification("policy.create.end", R"({"policy":{"id":"q"}})"), notification("port.delete.end", "{}"),
        notification("port.create.end", R"({"port":{"id":"p1"}})"), notification("port.create.end", R"({"port":7})"),
        notification("port.create.end", R"({"ports":{"id":"p1"}})"), notification("port.create.end", "[]")}) {
    EXPECT_THAT(read_notification(body), testing::IsEmpty()) << body;
  }
}

TEST(Notification, ThatCannotBeReadIsNoNews) {
  for (const char* body : {"", "{", "[]", "7", R"({"oslo.message":7})", R"({"oslo.message":"{"})",
                           R"({"oslo.message":"[]"})", R"({"oslo.message":"{\"event_type\":\"port.create.end\"}"})"}) {
    EXPECT_THAT(read_notification(body), testing::IsEmpty()) << body;
  }
}

}  // namespace
}  // namespace tricircle::agent
