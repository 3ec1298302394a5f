#include "domain/ip.hpp"

#include "domain/mac.hpp"

#include <optional>

#include <gtest/gtest.h>

namespace tricircle::domain {
namespace {

Address address(std::string_view text) {
  return parse_address(text).value();
}
Cidr cidr(std::string_view text) {
  return parse_cidr(text).value();
}
std::string range(const AddressRange& range) {
  return to_text(range.first) + "-" + to_text(range.last);
}

TEST(Ip, ReadsAndWritesCanonicalText) {
  for (const char* text : {"0.0.0.0", "10.0.0.1", "255.255.255.255", "::", "::1", "2001:db8::ff00:42:8329",
                           "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "1:2:3:4:5:6:7:8"})
    EXPECT_EQ(to_text(address(text)), text);
  EXPECT_EQ(to_text(address("2001:0DB8:0:0:0:0:0:1")), "2001:db8::1");
}

TEST(Ip, RefusesWhatIsNoAddress) {
  for (const std::string_view text : {"", "10", "10.0.0", "10.0.0.256", "010.0.0.1", " 10.0.0.1", "10.0.0.1 ", "1:2",
                                      "::g", "fe80::1%eth0", "10.0.0.0/8"})
    EXPECT_FALSE(parse_address(text)) << text;
  EXPECT_FALSE(parse_address(std::string_view("10.0.0.1\0", 9)));
  EXPECT_FALSE(parse_address(std::string(10000, '1')));
}

TEST(Ip, CountsUpAndDownAcrossEveryCarry) {
  EXPECT_EQ(to_text(*next(address("10.0.0.255"))), "10.0.1.0");
  EXPECT_EQ(to_text(*previous(address("10.0.1.0"))), "10.0.0.255");
  EXPECT_EQ(to_text(*next(address("::ffff:ffff:ffff:ffff"))), "0:0:0:1::");
  EXPECT_EQ(to_text(*previous(address("0:0:0:1::"))), "::ffff:ffff:ffff:ffff");
  EXPECT_FALSE(next(address("255.255.255.255")));
  EXPECT_FALSE(next(address("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")));
  EXPECT_FALSE(previous(address("0.0.0.0")));
  EXPECT_FALSE(previous(address("::")));
}

TEST(Ip, OrdersByNumber) {
  EXPECT_LT(address("9.255.0.0"), address("10.0.0.0"));
  EXPECT_LT(address("::ffff"), address("1::"));
  EXPECT_NE(address("0.0.0.1"), address("::1"));
}

TEST(Ip, ReadsCidrsAndClearsHostBits) {
  EXPECT_EQ(to_text(cidr("10.1.2.3/8")), "10.0.0.0/8");
  EXPECT_EQ(to_text(cidr("10.1.2.3/32")), "10.1.2.3/32");
  EXPECT_EQ(to_text(cidr("10.1.2.3/0")), "0.0.0.0/0");
  EXPECT_EQ(to_text(cidr("2001:db8::5/64")), "2001:db8::/64");
  EXPECT_EQ(to_text(cidr("2001:db8:ffff::5/33")), "2001:db8:8000::/33");
  EXPECT_EQ(to_text(cidr("2001:db8::5/127")), "2001:db8::4/127");
}

TEST(Ip, RefusesWhatIsNoCidr) {
  for (const char* text : {"", "/", "10.0.0.0", "10.0.0.0/", "/8", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8 ",
                           "::/129", "10.0.0.0/08", "10.0.0.0/255.0.0.0", "10.0.0.0/99999999999999"})
    EXPECT_FALSE(parse_cidr(text)) << text;
}

TEST(Ip, KnowsWhatACidrHolds) {
  EXPECT_EQ(range(all_addresses(cidr("10.0.0.0/24"))), "10.0.0.0-10.0.0.255");
  EXPECT_EQ(range(all_addresses(cidr("2001:db8::/64"))), "2001:db8::-2001:db8::ffff:ffff:ffff:ffff");
  EXPECT_EQ(range(all_addresses(cidr("::/0"))), "::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
  EXPECT_TRUE(contains(cidr("10.0.0.0/24"), address("10.0.0.255")));
  EXPECT_FALSE(contains(cidr("10.0.0.0/24"), address("10.0.1.0")));
  EXPECT_FALSE(contains(cidr("0.0.0.0/0"), address("::1")));
}

TEST(Ip, LeavesNetworkAndBroadcastOutOfPools) {
  EXPECT_EQ(range(pool_addresses(cidr("10.0.0.0/24"))), "10.0.0.1-10.0.0.254");
  EXPECT_EQ(range(pool_addresses(cidr("10.0.0.0/30"))), "10.0.0.1-10.0.0.2");
  EXPECT_EQ(range(pool_addresses(cidr("10.0.0.0/31"))), "10.0.0.0-10.0.0.1");
  EXPECT_EQ(range(pool_addresses(cidr("10.0.0.7/32"))), "10.0.0.7-10.0.0.7");
  EXPECT_EQ(range(pool_addresses(cidr("2001:db8::/126"))), "2001:db8::1-2001:db8::3");
  EXPECT_EQ(range(pool_addresses(cidr("2001:db8::5/128"))), "2001:db8::5-2001:db8::5");
}

TEST(Ip, KnowsWhatPortsAndGatewaysMayHave) {
  EXPECT_TRUE(may_be_given(cidr("10.0.0.0/24"), address("10.0.0.1"), false));
  EXPECT_FALSE(may_be_given(cidr("10.0.0.0/24"), address("10.0.0.0"), true));
  EXPECT_FALSE(may_be_given(cidr("10.0.0.0/24"), address("10.0.0.255"), false));
  EXPECT_FALSE(may_be_given(cidr("10.0.0.0/24"), address("10.0.1.1"), false));
  EXPECT_TRUE(may_be_given(cidr("10.0.0.0/31"), address("10.0.0.1"), false));
  EXPECT_FALSE(may_be_given(cidr("fd00::/64"), address("fd00::"), false));
  EXPECT_TRUE(may_be_given(cidr("fd00::/64"), address("fd00::"), true));
  EXPECT_TRUE(may_be_gateway(cidr("10.0.0.0/24"), address("10.9.0.1")));
  EXPECT_FALSE(may_be_gateway(cidr("10.0.0.0/24"), address("10.0.0.255")));
  EXPECT_FALSE(may_be_gateway(cidr("10.0.0.0/31"), address("10.0.0.1")));
  EXPECT_TRUE(may_be_gateway(cidr("fd00::/64"), address("fd00::")));
}

TEST(Ip, KnowsOverlapsAndSpecialNetworks) {
  EXPECT_TRUE(overlap(cidr("10.0.0.0/8"), cidr("10.1.0.0/16")));
  EXPECT_TRUE(overlap(cidr("10.1.0.0/16"), cidr("10.0.0.0/8")));
  EXPECT_FALSE(overlap(cidr("10.0.0.0/9"), cidr("10.128.0.0/9")));
  EXPECT_TRUE(is_multicast(cidr("224.0.0.0/4")));
  EXPECT_FALSE(is_multicast(cidr("192.0.0.0/3")));
  EXPECT_TRUE(is_multicast(cidr("ff02::/16")));
  EXPECT_TRUE(is_loopback(cidr("127.0.0.0/24")));
  EXPECT_TRUE(is_loopback(cidr("::1/128")));
  EXPECT_FALSE(is_loopback(cidr("::/64")));
}

TEST(Ip, MakesPoolsOfAllButTheGateway) {
  const Cidr net = cidr("10.0.0.0/29");
  EXPECT_EQ(to_text(default_gateway(net)), "10.0.0.1");
  EXPECT_EQ(to_text(default_gateway(cidr("fd00::/64"))), "fd00::");
  const auto first = default_pools(net, default_gateway(net));
  ASSERT_EQ(first.size(), 1U);
  EXPECT_EQ(range(first[0]), "10.0.0.2-10.0.0.6");
  const auto middle = default_pools(net, address("10.0.0.3"));
  ASSERT_EQ(middle.size(), 2U);
  EXPECT_EQ(range(middle[0]) + " " + range(middle[1]), "10.0.0.1-10.0.0.2 10.0.0.4-10.0.0.6");
  const auto last = default_pools(net, address("10.0.0.6"));
  ASSERT_EQ(last.size(), 1U);
  EXPECT_EQ(range(last[0]), "10.0.0.1-10.0.0.5");
  for (const auto& gateway : {std::optional<Address>(), std::optional(address("10.9.0.1"))}) {
    const auto whole = default_pools(net, gateway);
    ASSERT_EQ(whole.size(), 1U);
    EXPECT_EQ(range(whole[0]), "10.0.0.1-10.0.0.6");
  }
  EXPECT_EQ(default_pools(cidr("10.0.0.7/32"), address("10.0.0.7")).size(), 1U);
}

TEST(Ip, TakesRangesOutOfPools) {
  const std::vector<AddressRange> pools{{address("10.0.0.2"), address("10.0.0.9")},
                                        {address("10.0.1.0"), address("10.0.1.3")}};
  const auto rest = without(pools, {{address("10.0.0.4"), address("10.0.0.5")},
                                    {address("10.0.0.9"), address("10.0.0.9")},
                                    {address("10.0.0.255"), address("10.0.1.3")}});
  ASSERT_EQ(rest.size(), 2U);
  EXPECT_EQ(range(rest[0]), "10.0.0.2-10.0.0.3");
  EXPECT_EQ(range(rest[1]), "10.0.0.6-10.0.0.8");
  EXPECT_EQ(without(pools, {}).size(), 2U);
}

TEST(Ip, CountsARangeAndKeepsTheOrderOfAddressesInKeys) {
  EXPECT_EQ(size_of({address("10.0.0.1"), address("10.0.0.1")}), 1U);
  EXPECT_EQ(size_of({address("fd::ffff:ffff:ffff:ffff"), address("fd:0:0:1::1")}), 3U);
  EXPECT_EQ(size_of({address("fd::"), address("fd:0:0:1::")}), ~std::uint64_t{0});
  for (const char* text : {"0.0.0.0", "10.0.0.255", "fd::1", "ffff::"})
    EXPECT_EQ(from_key(to_key(address(text))), address(text));
  EXPECT_LT(to_key(address("9.0.0.0")), to_key(address("10.0.0.0")));
  EXPECT_LT(to_key(address("fd::9")), to_key(address("fd::10")));
}

TEST(Ip, MakesAnAddressOfAMac) {
  const Address made = eui64_address(cidr("fd11::/64"), parse_mac("fa:16:3e:00:00:14").value());
  EXPECT_EQ(to_text(made), "fd11::f816:3eff:fe00:14");
  EXPECT_TRUE(is_eui64(made));
  EXPECT_EQ(to_text(eui64_address(cidr("2001:db8::/64"), parse_mac("00:01:02:03:04:05").value())),
            "2001:db8::201:2ff:fe03:405");
  EXPECT_FALSE(is_eui64(address("fd11::14")));
  EXPECT_FALSE(is_eui64(address("10.0.0.1")));
}

}  // namespace
}  // namespace tricircle::domain
