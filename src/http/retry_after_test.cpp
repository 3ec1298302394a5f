#include "http/retry_after.hpp"

#include <gtest/gtest.h>

namespace tricircle::http {
namespace {

constexpr base::Micros kNow = 784'111'777 * base::kSecond;  // Sun, 06 Nov 1994 08:49:37 GMT

TEST(RetryAfter, IsANumberOfSeconds) {
  EXPECT_EQ(retry_after("120", kNow), 120 * base::kSecond);
  EXPECT_EQ(retry_after("0", kNow), 0);
}

TEST(RetryAfter, IsADateInAnyOfTheThreeForms) {
  EXPECT_EQ(retry_after("Sun, 06 Nov 1994 08:50:37 GMT", kNow), 60 * base::kSecond);
  EXPECT_EQ(retry_after("Sunday, 06-Nov-94 08:50:37 GMT", kNow), 60 * base::kSecond);
  EXPECT_EQ(retry_after("Sun Nov  6 08:50:37 1994", kNow), 60 * base::kSecond);
}

TEST(RetryAfter, OfThePastAsksForNothing) {
  EXPECT_EQ(retry_after("Sun, 06 Nov 1994 08:49:36 GMT", kNow), 0);
}

TEST(RetryAfter, IsNotBelievedForLongerThanADay) {
  EXPECT_EQ(retry_after("86401", kNow), 86'400 * base::kSecond);
  EXPECT_EQ(retry_after("99999999999999999999999999", kNow), 86'400 * base::kSecond);
  EXPECT_EQ(retry_after("Sun, 06 Nov 2094 08:49:37 GMT", kNow), 86'400 * base::kSecond);
}

TEST(RetryAfter, ThatIsNonsenseIsNone) {
  EXPECT_EQ(retry_after("", kNow), std::nullopt);
  EXPECT_EQ(retry_after("-5", kNow), std::nullopt);
  EXPECT_EQ(retry_after("soon", kNow), std::nullopt);
}

}  // namespace
}  // namespace tricircle::http
