// The centre or the pod did not answer, or not with its own word: nothing may be concluded, and it is to be tried
// again.
#pragma once
#include <stdexcept>

namespace tricircle::agent {

struct Away : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace tricircle::agent
