// Changes calls so that they stay calls: other callers, paths that exist, bodies whose keys are the catalogue's.
#pragma once
#include "server.hpp"

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include <boost/json/value.hpp>

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

namespace tricircle::fuzz {

class Mutator {
 public:
  explicit Mutator(unsigned seed) : random_(seed) {}

  void change(std::vector<Step>& steps);
  void mix_in(std::vector<Step>& steps, const std::vector<Step>& others);
  std::string changed_text(const std::string& text);  // as libFuzzer does it, dictionary and all

 private:
  Step fresh_step();
  void change_step(Step& step);
  void change_target(Step& step);
  void change_json(boost::json::value& value);
  boost::json::value fresh_value();
  boost::json::object fresh_object(std::size_t resource);

  std::size_t below(std::size_t count) { return random_() % std::max<std::size_t>(count, 1); }
  bool once_in(std::size_t count) { return below(count) == 0; }
  template <typename T>
  const T& one_of(const std::vector<T>& all) {
    return all[below(all.size())];
  }

  std::minstd_rand random_;
};

}  // namespace tricircle::fuzz
