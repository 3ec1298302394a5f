#include "domain/shown.hpp"
#include "domain/test_support.hpp"
#include "domain/validate.hpp"

#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

namespace tricircle::domain {
namespace {

constexpr std::int64_t kNumbers[] = {0, 8, 46};
constexpr std::string_view kChoices[] = {"egress", "ingress"};
constexpr Attribute kInteger{.name = "a", .kind = Kind::integer, .high = 2147483647};
constexpr Attribute kBoolean{.name = "a", .kind = Kind::boolean};
constexpr Attribute kText{.name = "name", .high = 255};

// The coerced value as JSON text, or the refusal.
std::string outcome_of(const Attribute& attribute, const boost::json::value& given) {
  try {
    return boost::json::serialize(coerced(attribute, given));
  } catch (const base::Error& error) {
    return error.neutron_type() + ": " + error.message();
  }
}

std::string outcome(const Attribute& attribute, std::string_view given) {
  return outcome_of(attribute, json(given));
}

TEST(Integer, IsTakenFromTextFloatsAndBooleans) {
  EXPECT_EQ(outcome(kInteger, "5"), "5");
  EXPECT_EQ(outcome(kInteger, "\"2000\""), "2000");
  EXPECT_EQ(outcome(kInteger, "\" +20 \""), "20");
  EXPECT_EQ(outcome(kInteger, "7.5"), "7");
  EXPECT_EQ(outcome(kInteger, "true"), "1");
  EXPECT_EQ(outcome(kInteger, "2147483647"), "2147483647");
}

TEST(Integer, IsNoOtherThing) {
  for (const char* given : {"null", "\"7.5\"", "\"\"", "\"x\"", "\"1x\"", "\"+-1\"", "[]", "{}"})
    EXPECT_TRUE(outcome(kInteger, given).ends_with("is not an integer.")) << given;
}

TEST(Integer, StaysWithinItsLimits) {
  EXPECT_EQ(outcome(kInteger, "-1"),
            "HTTPBadRequest: Invalid input for a. Reason: '-1' is too small - must be at least '0'.");
  EXPECT_EQ(outcome(kInteger, "2147483648"),
            "HTTPBadRequest: Invalid input for a. Reason: '2147483648' is too large - must be no larger than "
            "'2147483647'.");
  for (const char* given : {"9223372036854775808", "1e300", "\"99999999999999999999999\""})
    EXPECT_NE(outcome(kInteger, given).find("is too large"), std::string::npos) << given;
  for (const char* given : {"-1e300", "\"-99999999999999999999999\""})
    EXPECT_NE(outcome(kInteger, given).find("is too small"), std::string::npos) << given;
}

TEST(Integer, MayBeOneOfAFew) {
  constexpr Attribute mark{.name = "dscp_mark", .kind = Kind::integer, .numbers = kNumbers};
  EXPECT_EQ(outcome(mark, "\"46\""), "46");
  EXPECT_EQ(outcome(mark, "1"), "HTTPBadRequest: Invalid input for dscp_mark. Reason: 1 is not in valid_values.");
}

TEST(Boolean, IsTakenFromTheWordsThatNeutronKnows) {
  for (const char* given : {"true", "\"yes\"", "\"ON\"", "\" t \"", "1", "\"1\""})
    EXPECT_EQ(outcome(kBoolean, given), "true") << given;
  for (const char* given : {"false", "\"no\"", "\"Off\"", "0", "\"n\""})
    EXPECT_EQ(outcome(kBoolean, given), "false") << given;
}

TEST(Boolean, IsNoOtherThing) {
  for (const char* given : {"null", "2", "1.0", "\"\"", "\"maybe\"", "[]"})
    EXPECT_TRUE(outcome(kBoolean, given).ends_with("cannot be converted to boolean.")) << given;
}

TEST(Text, CountsCharactersAndNotBytes) {
  std::string name;
  for (int count = 0; count < 255; ++count) name += "\u00e9";
  EXPECT_EQ(coerced(kText, boost::json::value(name)).as_string(), name);
  EXPECT_EQ(outcome_of(kText, boost::json::value(name + "e")),
            "HTTPBadRequest: Invalid input for name. Reason: '" + name + "e' exceeds maximum length of 255.");
}

TEST(Text, IsNoNullNumberOrNul) {
  EXPECT_EQ(outcome(kText, "null"), "HTTPBadRequest: Invalid input for name. Reason: 'None' is not a valid string.");
  EXPECT_EQ(outcome(kText, "5"), "HTTPBadRequest: Invalid input for name. Reason: '5' is not a valid string.");
  EXPECT_TRUE(outcome(kText, R"("a\u0000b")").starts_with("HTTPBadRequest"));
}

TEST(Text, IsEchoedOnlyInPart) {
  EXPECT_LT(outcome_of(kText, boost::json::value(std::string(1'000'000, 'x'))).size(), 1300U);
  std::string wide;
  while (wide.size() < 5000) wide += "\u20ac";
  const std::string said = outcome_of(kText, boost::json::value(wide));
  boost::json::error_code error;
  boost::json::parse("\"" + said + "\"", error);
  EXPECT_FALSE(error) << "cut within a character";
}

TEST(Choice, IsOneOfItsWords) {
  constexpr Attribute direction{.name = "direction", .kind = Kind::choice, .choices = kChoices};
  EXPECT_EQ(outcome(direction, "\"ingress\""), "\"ingress\"");
  EXPECT_EQ(outcome(direction, "\"up\""),
            "HTTPBadRequest: Invalid input for direction. Reason: up is not in valid_values.");
  EXPECT_TRUE(outcome(direction, "null").starts_with("HTTPBadRequest"));
}

TEST(Uuid, IsOneInSmallLetters) {
  constexpr Attribute id{.name = "network_id", .kind = Kind::uuid};
  EXPECT_EQ(outcome(id, "\"0B1C2D3E-0000-4000-8000-000000000001\""), "\"0b1c2d3e-0000-4000-8000-000000000001\"");
  EXPECT_EQ(outcome(id, "\"x\""), "HTTPBadRequest: Invalid input for network_id. Reason: 'x' is not a valid UUID.");
  EXPECT_TRUE(outcome(id, "null").starts_with("HTTPBadRequest"));
}

TEST(Mac, IsWrittenInOneWay) {
  constexpr Attribute mac{.name = "mac_address", .kind = Kind::mac};
  EXPECT_EQ(outcome(mac, "\"FA-16-3E-00-00-0A\""), "\"fa:16:3e:00:00:0a\"");
  for (const char* other : {"\"fa163e00000a\"", "\"fa16.3e00.000A\"", "\"fa:16:3e:0:0:a\""})
    EXPECT_EQ(outcome(mac, other), "\"fa:16:3e:00:00:0a\"") << other;
  for (const char* bad : {"\"\"", "\"fa:16:3e:00:00\"", "\"fa:16:3e:00:00:zz\"", "\"fa:16:3e:00:00:00:00\"", "null",
                          "\"00:00:00:00:00:00\"", "\" fa:16:3e:00:00:0\"", "\"fa:16:3e:00:0000:\"",
                          "\"ff:ff:ff:ff:ff:ff\"", "\"fa163e00000\"", "5"})
    EXPECT_TRUE(outcome(mac, bad).ends_with("is not a valid MAC address.")) << bad;
}

TEST(AddressText, IsCanonical) {
  constexpr Attribute address{.name = "gateway_ip", .kind = Kind::address, .can = kNullable};
  EXPECT_EQ(outcome(address, "\"2001:DB8:0::1\""), "\"2001:db8::1\"");
  EXPECT_EQ(outcome(address, "null"), "null");
  EXPECT_TRUE(outcome(address, "\"10.0.0\"").ends_with("is not a valid IP address."));
  EXPECT_TRUE(outcome(address, "\"010.0.0.1\"").ends_with("is not an accepted IP address, '10.0.0.1' is recommended."));
}

TEST(CidrText, LosesItsHostBits) {
  constexpr Attribute cidr{.name = "cidr", .kind = Kind::cidr};
  EXPECT_EQ(outcome(cidr, "\"10.0.0.5/24\""), "\"10.0.0.0/24\"");
  EXPECT_EQ(outcome(cidr, "\" 10.1/255.255.0.0 \""), "\"10.1.0.0/16\"");
  EXPECT_EQ(outcome(cidr, "\"10.0.0.1\""), "\"10.0.0.1/32\"");
  EXPECT_EQ(outcome(cidr, "\"FD00:0::5/64\""), "\"fd00::/64\"");
  for (const char* bad :
       {"\"\"", "\"x\"", "\"10.0.0.0/33\"", "\"10.1\"", "\"10.0.0.0/255.0.255.0\"", "\"1.2.3.4.5/8\""})
    EXPECT_TRUE(outcome(cidr, bad).ends_with("is not in a CIDR format.")) << bad;
}

TEST(Lists, TakeNullForNoneWhereNeutronDoes) {
  constexpr Attribute list{.name = "l", .kind = Kind::text_list, .can = kNullIsFallback, .fallback = "[]"};
  EXPECT_EQ(outcome(list, "null"), "[]");
  EXPECT_EQ(outcome(list, R"(["a", "b"])"), R"(["a","b"])");
  EXPECT_TRUE(outcome(list, R"(["a", "a"])").ends_with("Duplicate items in the list: 'a'."));
  EXPECT_TRUE(outcome(list, R"([1])").ends_with("is not a valid string."));
  constexpr Attribute strict{.name = "l", .kind = Kind::object_list};
  EXPECT_TRUE(outcome(strict, "null").ends_with("'None' is not a list."));
  EXPECT_TRUE(outcome(strict, "[1]").ends_with("'1' is not a dictionary."));
  EXPECT_EQ(outcome(strict, "[{}]"), "[{}]");
}

TEST(Values, AreShownAsPythonWritesThem) {
  EXPECT_EQ(shown(json(R"({"a": [null, true, 5, "x"], "b": {}})")), "{'a': [None, True, 5, 'x'], 'b': {}}");
  EXPECT_EQ(shown(json(R"(["it's", "a\nb"])")), "[\"it's\", 'a\\nb']");
  EXPECT_EQ(shown(json("\"plain\"")), "plain");
}

TEST(Objects, AreObjects) {
  constexpr Attribute object{.name = "o", .kind = Kind::object};
  EXPECT_EQ(outcome(object, R"({"a":[1]})"), R"({"a":[1]})");
  EXPECT_TRUE(outcome(object, "[]").ends_with("'[]' is not a dictionary."));
}

}  // namespace
}  // namespace tricircle::domain
