// Time as the program sees it; tests put a clock of their own in. Any thread.
#pragma once
#include <atomic>
#include <cstdint>
#include <optional>
#include <string>

namespace tricircle::base {

using Micros = std::int64_t;  // microseconds
inline constexpr Micros kSecond = 1'000'000;
inline constexpr Micros kMillisecond = 1'000;

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Micros now() const = 0;        // since 1970, UTC: what is stored and shown
  virtual Micros monotonic() const = 0;  // never goes back: deadlines and leases within one process
};

class SystemClock final : public Clock {
 public:
  Micros now() const override;
  Micros monotonic() const override;
};

class TestClock final : public Clock {
 public:
  Micros now() const override { return now_; }
  Micros monotonic() const override { return now_; }
  void advance(Micros by) { now_ += by; }

 private:
  std::atomic<Micros> now_{1'700'000'000 * kSecond};
};

// Neutron's form, "2026-11-22T15:11:08Z".
std::string iso_time(Micros);
// The same, or with a fraction of the second, which is dropped; nullopt for anything else.
std::optional<Micros> parse_iso_time(const std::string& text);

}  // namespace tricircle::base
