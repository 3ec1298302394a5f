// Calls with bodies, a few after each other, as several callers: what server.hpp promises holds whatever they hold.
#include "mutations.hpp"
#include "server.hpp"

#include <algorithm>
#include <cstring>

#include <spdlog/spdlog.h>

using namespace tricircle::fuzz;

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  spdlog::set_level(spdlog::level::off);
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static FuzzedServer server;
  bool changed = false;
  for (const Step& step : parse_steps({reinterpret_cast<const char*>(bytes), size}))
    changed = (server.call(step).status < 300 && step.method != "GET") || changed;
  if (changed && size % 4 == 0) server.check_all_can_be_read();  // as slow as all the rest
  if (changed) server.put_back();
  return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* bytes, std::size_t size, std::size_t most, unsigned seed) {
  Mutator mutator(seed);
  std::vector<Step> steps = parse_steps({reinterpret_cast<const char*>(bytes), size});
  mutator.change(steps);
  const std::string text = text_of(steps);
  if (text.size() > most) return LLVMFuzzerMutate(bytes, size, most);
  std::memcpy(bytes, text.data(), text.size());
  return text.size();
}

extern "C" std::size_t LLVMFuzzerCustomCrossOver(const std::uint8_t* one, std::size_t one_size, const std::uint8_t* two,
                                                 std::size_t two_size, std::uint8_t* out, std::size_t most,
                                                 unsigned seed) {
  Mutator mutator(seed);
  std::vector<Step> steps = parse_steps({reinterpret_cast<const char*>(one), one_size});
  mutator.mix_in(steps, parse_steps({reinterpret_cast<const char*>(two), two_size}));
  const std::string text = text_of(steps);
  const std::size_t size = std::min(most, text.size());
  std::memcpy(out, text.data(), size);
  return size;
}
