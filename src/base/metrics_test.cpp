#include "base/metrics.hpp"

#include "base/metric_names.hpp"

#include <set>

#include <gtest/gtest.h>

namespace tricircle::base {
namespace {

constexpr Metric kCalls{"calls_total", MetricKind::counter, "region,result", "Calls"};
constexpr Metric kOpen{"open", MetricKind::gauge, "region", "Open"};
constexpr Metric kTook{"took_seconds", MetricKind::histogram, "type", "Took"};
constexpr Metric kPlain{"plain_seconds", MetricKind::histogram, "", "Plain"};

bool has(const Metrics& metrics, const std::string& line) {
  return ("\n" + metrics.text()).find("\n" + line + "\n") != std::string::npos;
}

TEST(MetricsText, CountsByLabels) {
  Metrics metrics;
  metrics.add(kCalls, {"One", "2xx"});
  metrics.add(kCalls, {"One", "2xx"}, 2);
  metrics.add(kCalls, {"Two", "5xx"});
  EXPECT_TRUE(has(metrics, "# TYPE calls_total counter"));
  EXPECT_TRUE(has(metrics, "calls_total{region=\"One\",result=\"2xx\"} 3"));
  EXPECT_TRUE(has(metrics, "calls_total{region=\"Two\",result=\"5xx\"} 1"));
}

TEST(MetricsText, KeepsWhatOthersCallThingsInsideTheQuotes) {
  Metrics metrics;
  metrics.set(kOpen, {"a\"b\\c\nd"}, 1);
  EXPECT_TRUE(has(metrics, "open{region=\"a\\\"b\\\\c d\"} 1"));
}

TEST(MetricsText, CumulatesBucketsUpToInfinity) {
  Metrics metrics;
  metrics.observe(kTook, {"edit"}, 0.001);
  metrics.observe(kTook, {"edit"}, 0.3);
  metrics.observe(kTook, {"edit"}, 1000);
  EXPECT_TRUE(has(metrics, "took_seconds_bucket{type=\"edit\",le=\"0.001\"} 1"));
  EXPECT_TRUE(has(metrics, "took_seconds_bucket{type=\"edit\",le=\"0.5\"} 2"));
  EXPECT_TRUE(has(metrics, "took_seconds_bucket{type=\"edit\",le=\"300\"} 2"));
  EXPECT_TRUE(has(metrics, "took_seconds_bucket{type=\"edit\",le=\"+Inf\"} 3"));
  EXPECT_TRUE(has(metrics, "took_seconds_count{type=\"edit\"} 3"));
}

TEST(MetricsText, OfAHistogramWithoutLabelsHasItsBoundAlone) {
  Metrics metrics;
  metrics.observe(kPlain, {}, 0.2);
  EXPECT_TRUE(has(metrics, "plain_seconds_bucket{le=\"0.25\"} 1"));
  EXPECT_TRUE(has(metrics, "plain_seconds_count 1"));
}

TEST(MetricsText, OfForgottenGaugesIsGone) {
  Metrics metrics;
  metrics.set(kOpen, {"One"}, 1);
  metrics.forget(kOpen);
  EXPECT_EQ(metrics.text(), "");
}

TEST(MetricNames, AreThereOnceAndFollowTheCustom) {
  std::set<std::string_view> seen;
  for (const Metric* one : metric::kAll) {
    EXPECT_TRUE(seen.insert(one->name).second) << one->name;
    EXPECT_EQ(one->name.ends_with("_total"), one->kind == MetricKind::counter) << one->name;
    EXPECT_FALSE(one->help.empty()) << one->name;
  }
}

}  // namespace
}  // namespace tricircle::base
