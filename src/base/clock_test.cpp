#include "base/clock.hpp"

#include <gtest/gtest.h>

namespace tricircle::base {
namespace {

TEST(IsoTime, IsReadAsItIsWritten) {
  const Micros time = 1'764'000'000 * kSecond;
  EXPECT_EQ(iso_time(time), "2025-11-24T16:00:00Z");
  EXPECT_EQ(parse_iso_time(iso_time(time)), time);
}

TEST(IsoTime, MayHaveAFractionAsKeystoneWritesIt) {
  EXPECT_EQ(parse_iso_time("2025-11-24T16:00:00.000000Z"), 1'764'000'000 * kSecond);
  EXPECT_EQ(parse_iso_time("2025-11-24T16:00:00.9Z"), 1'764'000'000 * kSecond);
}

TEST(IsoTime, IsNothingElse) {
  for (const char* text : {"", "2025-11-24", "2025-11-24T16:00:00", "2025-11-24T16:00:00+01:00",
                           "2025-11-24T16:00:00.5", "2025-11-24T16:00:00Zx", "soon"})
    EXPECT_EQ(parse_iso_time(text), std::nullopt) << text;
}

}  // namespace
}  // namespace tricircle::base
