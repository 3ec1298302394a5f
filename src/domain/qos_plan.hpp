// What must be called on a pod so that its copy of a policy becomes the central one. Pure: no I/O, any thread, no
// throw.
#pragma once
#include "domain/catalogue.hpp"

#include <optional>
#include <string>
#include <vector>

namespace tricircle::domain {

// A rule in a pod: what we last confirmed there, or what was just read.
struct CopyRule {
  // Why a rule is refused: by what the pod is, by what bears the copy there, or not even sent (xjob/harmless.hpp).
  enum class Because { pod, use, harm };

  std::string type;
  std::string direction;  // '' where the type has none
  std::string id;         // the pod's; empty = not there
  Record values;          // copied attributes of its type
  bool refused = false;   // the pod will not take these very values: not sent again
  std::string error;      // the pod's words when refused
  Because because = Because::pod;
};

// The central policy as a pod must have it.
struct PolicyWish {
  Record attributes;          // name, description, shared
  std::vector<Record> rules;  // each with type and its copied attributes (direction included where it has one)
};

struct Step {
  enum class Kind { create_rule, update_rule, delete_rule, update_policy };
  Kind kind;
  std::string type;       // rule steps
  std::string direction;  // rule steps
  std::string rule_id;    // update, delete
  Record values;  // what to send: whole on create; on update the difference, with the direction where there is one
};

// The steps in an order in which every state between is valid and, wherever Neutron allows it, no less protected than
// the laxer of old and new: changed rules are updated in place, rules are added before others are taken away, minima
// and maxima move in the order that never conflicts (minimum <= maximum of a direction at every step; `any` of
// minimum_packet_rate excludes the other directions, so there what is in the way goes first). Policy attributes come
// last. `attributes` = what the pod is known to have ({} = unknown: all is sent). Nothing to do = empty.
std::vector<Step> plan_copy(const PolicyWish& wish, const Record& attributes, const std::vector<CopyRule>& present);

// What is sent in a POST of a rule: copied attributes without type.
Record rule_body(const Record& rule);
std::string rule_type(const Record& rule);
std::string rule_direction(const Record& rule);  // '' where the type has none

}  // namespace tricircle::domain
