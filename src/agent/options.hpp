// What the agent runs with. Plain data.
#pragma once
#include "base/clock.hpp"
#include "bus/session.hpp"

#include <optional>
#include <string>

namespace tricircle::agent {

// Which of the pod's networks are tied to a central one without being asked.
enum class LinkRule {
  none,
  tag,   // that bears the tag "tricircle:<id of the central network>"
  name,  // likewise, or that has the name and the project of exactly one central network
};

struct Options {
  std::string region;
  std::string central_url;
  LinkRule link = LinkRule::tag;
  std::int64_t reports_per_second = 100;
  base::Micros sweep = 300 * base::kSecond;       // between two looks at all that the pod has
  base::Micros poll = 10 * base::kSecond;         // the same where no broker tells
  base::Micros link_refresh = 2 * base::kSecond;  // how soon a network that was tied by hand is noticed
  std::optional<bus::Broker> broker;
  bus::Subscription subscription;
};

}  // namespace tricircle::agent
