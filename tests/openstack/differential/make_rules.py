"""Requests for rules, below their policies and by their own ids."""
from .attributes import REQUIRED_OF_RULES, RULES
from .draw import UNKNOWN
from .shape import create, maybe_spoil, some_of, spoil, update
from .world import Request

ALIASED = ("bandwidth_limit", "dscp_marking", "minimum_bandwidth", "minimum_packet_rate")
IN_BULK = ("bandwidth_limit", "dscp_marking", "minimum_bandwidth")  # of the others Neutron makes a 500


def policy_for(draw, rule_type):
    """A policy that may have such a rule: minimum bandwidth has policies of its own, for networks on VLANs."""
    policies = draw.world.of("policy")
    if rule_type == "minimum_bandwidth":
        policies = [one for one in policies if "minimum" in one.notes or not
                    (draw.world.users_of(one) or one.shown["is_default"])]
    if not policies:
        return None
    policy = draw.one(policies)
    if rule_type == "minimum_bandwidth":
        policy.notes.add("minimum")
    return policy


def good_rule(draw, rule_type):
    given = some_of(draw, RULES[rule_type], 0.5)
    required = REQUIRED_OF_RULES[rule_type]
    given.setdefault(required, RULES[rule_type][required].good(draw))
    return given


def path_of(policy, rule_type):
    return f"/v2.0/qos/policies/{policy.symbol}/{rule_type}_rules"


def make(draw):
    rule_type = draw.one(RULES)
    policy = policy_for(draw, rule_type)
    if policy is None:
        return None
    user = draw.weighted({"admin": 12, "member": 1, "reader": 1})
    given = good_rule(draw, rule_type)
    what = maybe_spoil(draw, f"{user} makes a {rule_type} rule", given, RULES[rule_type],
                       (REQUIRED_OF_RULES[rule_type],))
    return [create(what, user, path_of(policy, rule_type), rule_type + "_rule", given, "rule", policy.symbol)]


def make_several(draw):
    rule_type = draw.one(IN_BULK)
    policy = policy_for(draw, rule_type)
    if policy is None:
        return None
    several, what = [good_rule(draw, rule_type)], "rules in bulk"
    if rule_type != "dscp_marking":
        several = [{**several[0], "direction": direction} for direction in draw.shuffled(["egress", "ingress"])]
    if draw.chance(0.3):
        what += ", " + spoil(draw, draw.one(several), RULES[rule_type])
    return [Request(what, "admin", "POST", path_of(policy, rule_type), body={rule_type + "_rules": several},
                    makes=["rule"] * len(several), about=policy.symbol)]


def a_rule(draw):
    """A rule, its policy and its type; sometimes they do not belong together."""
    rule = draw.thing("rule")
    if rule is None:
        return None, None, None
    policy, rule_type = draw.world.get(rule.parent), rule.shown["type"]
    if draw.chance(0.05):
        policy = draw.thing("policy")
    if draw.chance(0.05):
        rule_type = draw.one(RULES)
    return rule, policy, rule_type


def address_of(draw, rule, policy, rule_type):
    """The rule's path and the key of its body."""
    symbol = rule.symbol if draw.chance(0.93) else draw.one([UNKNOWN, "nonsense"])
    if rule_type in ALIASED and draw.chance(0.4):
        name = f"alias_{rule_type}_rules"
        path = "/v2.0/qos/" + (name if draw.chance(0.4) else name.replace("_", "-"))
        return f"{path}/{symbol}", f"alias_{rule_type}_rule"
    one = policy.symbol if draw.chance(0.96) else UNKNOWN
    return f"/v2.0/qos/policies/{one}/{rule_type}_rules/{symbol}", rule_type + "_rule"


def change(draw):
    rule, policy, rule_type = a_rule(draw)
    if rule is None:
        return None
    path, key = address_of(draw, rule, policy, rule_type)
    user = draw.weighted({"admin": 12, "member": 1})
    given = some_of(draw, RULES[rule_type], 0.5)
    what = maybe_spoil(draw, f"{user} changes a {rule_type} rule", given, RULES[rule_type])
    return [update(what, user, path, key, given, rule.symbol)]


def show(draw):
    rule, policy, rule_type = a_rule(draw)
    if rule is None:
        return None
    path, _ = address_of(draw, rule, policy, rule_type)
    query = [("fields", draw.one(["id", "direction", "nonsense"]))] if draw.chance(0.2) else []
    return [Request("shows a rule", draw.one(["admin", "member", "reader", "other"]), "GET", path, query)]


def remove(draw):
    rule, policy, rule_type = a_rule(draw)
    if rule is None:
        return None
    path, _ = address_of(draw, rule, policy, rule_type)
    user = draw.weighted({"admin": 12, "member": 1})
    return [Request(f"{user} deletes a rule", user, "DELETE", path, about=rule.symbol)]
