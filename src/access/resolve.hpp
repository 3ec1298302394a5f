// Resolves what rules ask of each other. A part of rule_set.cpp with a file of its own; called once, at start.
#pragma once
#include "access/rule_set.hpp"

#include <vector>

namespace tricircle::access {

// `rules` are sorted by name. Throws base::Error (unprocessable): a reference to nowhere, a circle, a rule that costs
// too much.
void resolve(std::vector<Rule>& rules);

}  // namespace tricircle::access
