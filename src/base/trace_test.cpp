#include "base/trace.hpp"

#include <gtest/gtest.h>

namespace tricircle::base {
namespace {

const std::string kGood = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

TEST(Traceparents, AreTakenInTheirOneForm) {
  EXPECT_TRUE(is_traceparent(kGood));
  EXPECT_FALSE(is_traceparent(""));
  EXPECT_FALSE(is_traceparent("01" + kGood.substr(2)));
  EXPECT_FALSE(is_traceparent(kGood + "-more"));
  EXPECT_FALSE(is_traceparent("00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01"));
  EXPECT_FALSE(is_traceparent("00-00000000000000000000000000000000-00f067aa0ba902b7-01"));
  EXPECT_FALSE(is_traceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01"));
  EXPECT_FALSE(is_traceparent("00-4bf92f3577b34da6a3ce929d0e0e4736\n00f067aa0ba902b7-01"));
}

TEST(Traceparents, OfCallsBelowKeepTheTraceAndHaveASpanOfTheirOwn) {
  const std::string below = span_below(kGood);
  EXPECT_TRUE(is_traceparent(below)) << below;
  EXPECT_EQ(below.substr(0, 36), kGood.substr(0, 36));
  EXPECT_EQ(below.substr(52), kGood.substr(52));
  EXPECT_NE(below, kGood);
}

}  // namespace
}  // namespace tricircle::base
