// The kinds of trouble that a story knows, by number.
#pragma once
#include "network.hpp"

#include <string>
#include <vector>

namespace tricircle::sim {

struct NamedFault {
  std::string name;
  Fault fault;
  // The pod says of what it could do that it never will: from here on nobody may count on it until it is well again.
  bool refuses() const { return fault.kind == Fault::Kind::refusal; }
};

const std::vector<NamedFault>& every_fault();

}  // namespace tricircle::sim
