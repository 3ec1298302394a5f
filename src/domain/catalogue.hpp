// What the server knows of each resource and rule type, as constant data. Parsing, validation, rendering, filters,
// sorting, SQL columns, /extensions, /qos/rule-types and the diff that syncs rules read it. Immutable; any thread.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

namespace tricircle::domain {

// A Neutron object: attribute name -> value. Only attributes of its Resource, plus columns of ours (intent, met, ...).
using Record = boost::json::object;

enum class Kind {
  uuid,         // text of a UUID
  text,         // at most `high` characters
  boolean,      // coerced as Neutron does: true/false, "yes", 1, ...
  integer,      // low..high, coerced from text and floats as Neutron does; `numbers` when not empty are the only ones
  choice,       // one of `choices`
  mac,          // aa:bb:cc:dd:ee:ff
  address,      // IPv4 or IPv6 address
  cidr,         // network/prefix
  text_list,    // list of texts
  object,       // any JSON object
  object_list,  // list of objects; shape checked by the resource's `check`
  time,         // microseconds in SQL, ISO text in JSON
};

// Bits of Attribute::can.
enum Can : unsigned {
  kPost = 1,               // may stand in a POST
  kPut = 2,                // may stand in a PUT
  kFilter = 4,             // ?name=value
  kSort = 8,               // ?sort_key=name
  kCopied = 16,            // goes to pods' copies and is compared there
  kRequired = 32,          // must stand in a POST
  kNullable = 64,          // null is a value
  kHidden = 128,           // a column that is never shown
  kDerived = 256,          // not a column: `sql` computes it, or the renderer fills it in
  kNullIsFallback = 512,   // null is taken, and means the fallback
  kNoFreeFallback = 1024,  // to name it in a POST asks for its rights even as its fallback: Neutron has none for it
};

// A fallback that only code can find, of an attribute where null says something else (gateway_ip): absent when not
// given.
inline constexpr std::string_view kByHand = "-";

struct Attribute {
  std::string_view name;
  Kind kind = Kind::text;
  unsigned can = 0;
  std::int64_t low = 0;
  std::int64_t high = 0;
  std::span<const std::string_view> choices = {};
  std::span<const std::int64_t> numbers = {};
  std::string_view fallback = {};  // JSON text of the default on POST; empty = null for nullable, else by hand
  std::string_view sql = {};       // for kDerived columns: a scalar subselect over the table, without alias
  // What Kind does not say of a value, which this may rewrite to how it is kept. Returns why it is refused, "" = it is
  // not; or throws base::Error where Neutron has an error of its own.
  std::string (*shape)(boost::json::value&) = nullptr;
};

struct Resource {
  std::string_view name;        // "policy": the key in bodies
  std::string_view collection;  // "policies": the key in lists
  std::string_view path;        // "/v2.0/qos/policies"; rules: of their policies
  std::string_view table;       // "qos_policies"
  std::string_view extension;   // alias that gives it, "" = core
  std::string_view not_found;   // Neutron's type: "QosPolicyNotFound"
  std::string_view label;       // in messages: "QoS policy"
  std::span<const Attribute> attributes;
  // What no single attribute says. `before` is null on POST; `wanted` is the whole object to be. Throws base::Error.
  void (*check)(const Record* before, const Record& wanted) = nullptr;
  std::string_view not_found_message = "{0} {1} could not be found.";  // of label and id

  const Attribute* find(std::string_view attribute) const;
};

const Resource& network_resource();
const Resource& subnet_resource();
const Resource& port_resource();
const Resource& policy_resource();
const Resource& rbac_policy_resource();
const Resource& pod_resource();
std::span<const Resource* const> resources();  // all with a table of their own but rules

struct ResourceClass {
  std::string_view direction;
  std::string_view name;  // Placement's
};
// How a guarantee is counted by Placement, which gives machines a host that can keep it.
struct Placement {
  std::span<const ResourceClass> classes;
  std::string_view amount;   // the attribute that says how much
  bool on_physical_network;  // is asked for only there
};

// A type of QoS rule: its own attributes (without id); all live in table qos_rules with columns type and direction.
struct RuleType {
  std::string_view type;       // "bandwidth_limit"
  std::string_view extension;  // alias that brings it
  Resource resource;           // name "bandwidth_limit_rule", collection "bandwidth_limit_rules"
  bool alias;                  // has /qos/alias-... endpoints
  bool directed;               // has a direction, part of its key
  // The one conflict function an entry may carry: `rules` are the policy's whole rule set to be (each with type and its
  // values), `rule` one of this type in it. Throws base::Error (QoSRulesConflict, QoSRuleParameterConflict).
  void (*conflict)(std::string_view policy_id, const Record& rule, std::span<const Record> rules);
  const Placement* placement = nullptr;  // of a guarantee
};
std::span<const RuleType> rule_types();
const RuleType* find_rule_type(std::string_view type);

struct Extension {
  std::string_view alias;
  std::string_view name;
  std::string_view description;
  std::string_view updated;
};
std::span<const Extension> extensions();

}  // namespace tricircle::domain
