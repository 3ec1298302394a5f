#include "bus/broker.hpp"

#include "base/error.hpp"

#include <gmock/gmock.h>

namespace tricircle::bus {
namespace {

TEST(Broker, IsReadFromTheUrlThatNeutronIsGiven) {
  const Broker broker = parse_transport_url("rabbit://openstack:se%40cret@10.0.0.5:5673/region-1");
  ASSERT_EQ(broker.hosts.size(), 1u);
  EXPECT_EQ(broker.hosts[0].host, "10.0.0.5");
  EXPECT_EQ(broker.hosts[0].port, 5673);
  EXPECT_EQ(broker.hosts[0].user, "openstack");
  EXPECT_EQ(broker.hosts[0].password, "se@cret");
  EXPECT_EQ(broker.vhost, "region-1");
}

TEST(Broker, HasSeveralHostsAndDefaults) {
  const Broker broker = parse_transport_url("rabbit://a:b@one,c:d@[fd00::2]:5673/");
  ASSERT_EQ(broker.hosts.size(), 2u);
  EXPECT_EQ(broker.hosts[0].host, "one");
  EXPECT_EQ(broker.hosts[0].port, 5672);
  EXPECT_EQ(broker.hosts[1].host, "fd00::2");
  EXPECT_EQ(broker.hosts[1].port, 5673);
  EXPECT_EQ(broker.hosts[1].user, "c");
  EXPECT_EQ(broker.vhost, "/");
}

TEST(Broker, SaysWhatIsWrongWithoutThePassword) {
  for (const char* url : {"", "amqp://a:hidden@host/", "rabbit://a:hidden@host:0/", "rabbit://a:hidden@host:99999/",
                          "rabbit://a:hidden@:5672/", "rabbit://a:hidden@[::1/", "rabbit://a:hid%zzden@host/",
                          "rabbit://a:hidden@host/v?ssl=1", "rabbit://a:hidden@[::1]5672/", "rabbit://a:hidden%4"}) {
    try {
      parse_transport_url(url);
      ADD_FAILURE() << url;
    } catch (const base::Error& error) {
      EXPECT_THAT(error.what(), testing::Not(testing::HasSubstr("hid"))) << url;
      EXPECT_THAT(error.what(), testing::HasSubstr("transport_url")) << url;
    }
  }
}

}  // namespace
}  // namespace tricircle::bus
