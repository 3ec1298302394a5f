#include "http/guests.hpp"

#include <optional>

#include <gtest/gtest.h>

namespace tricircle::http {
namespace {

struct Someone : Guest {
  void cancel() override { cancelled = true; }
  void leave() override { gone = true; }
  bool cancelled = false;
  bool gone = false;
};

TEST(Guests, WhoHasWaitedLongestGoesFirst) {
  Guests guests(1000);
  Someone first, second;
  EXPECT_FALSE(guests.send_one_away()) << "nobody waits";
  std::optional<Guests::Wait> early(std::in_place, guests, first, true);
  const Guests::Wait late(guests, second, false);
  EXPECT_TRUE(guests.send_one_away());
  EXPECT_TRUE(first.gone && !second.gone);
  early.reset();
  EXPECT_TRUE(guests.send_one_away() && second.gone);
  EXPECT_FALSE(guests.send_one_away()) << "nobody goes twice";
}

TEST(Guests, TooMuchIsKeptForNobody) {
  Guests guests(1000);
  Someone slow, busy, idler, other;
  EXPECT_TRUE(guests.hold(slow, 600) && guests.hold(busy, 300));
  const Guests::Wait wait(guests, slow, false);
  const Guests::Wait idle(guests, idler, true);
  EXPECT_TRUE(guests.hold(busy, 700)) << "the slow one goes, and who holds nothing stays";
  EXPECT_TRUE(slow.gone && !idler.gone && !busy.gone);
  EXPECT_FALSE(guests.hold(other, 600)) << "nobody else waits";
  EXPECT_TRUE(guests.hold(other, 0) && guests.hold(busy, 0) && guests.hold(other, 1000));
}

TEST(Guests, AStopEndsThoseWhoAreIdleAndTheFreshOnesLater) {
  Guests guests(1000);
  Someone fresh, kept, slow;
  Guests::spoke(kept);
  Guests::spoke(slow);
  const Guests::Wait a(guests, fresh, true);
  const Guests::Wait b(guests, kept, true);
  const Guests::Wait c(guests, slow, false);
  guests.cancel_idle(false);
  EXPECT_TRUE(!fresh.cancelled && kept.cancelled && !slow.cancelled);
  guests.cancel_idle(true);
  EXPECT_TRUE(fresh.cancelled && !slow.cancelled);
}

}  // namespace
}  // namespace tricircle::http
